import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { parentChannel } from '../../processes/parent-channel.ts'
import { serveCalls } from '../../processes/rpc.ts'
import { SshLink } from './ssh-link.ts'
import type { LinkRequests, WorkerEvent } from './worker-messages.ts'

/**
 * The entry of a process that holds the connection to a worker on another machine. It is one of its own so that the worker is told
 * that it is wanted also while the engine computes, and no longer than the engine is there.
 */

const pingMs = 2000
/** For the answer that says why. */
const lastWordsMs = 100

for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined)
const channel = parentChannel()
if (!channel) throw new FlowerbedError('internal', errorText('process.startedAlone'))

let opened: SshLink | null = null
const link = (): SshLink => {
  if (!opened) throw new FlowerbedError('internal', errorText('process.noRequest', { request: 'open' }))
  return opened
}
const { emit } = serveCalls<LinkRequests, WorkerEvent>({
  channel,
  handlers: {
    open: (host) => {
      opened = new SshLink(host, (event) => emit(event))
      void opened.ended.then(() => setTimeout(() => void end(), lastWordsMs))
    },
    load: async (given) => await link().orLost(link().worker.request('load', given)),
    freePort: async () => await link().orLost(link().worker.request('freePort', undefined)),
    listen: async (given) => await link().orLost(link().worker.request('listen', given)),
    serve: async (cluster) => await link().orLost(link().worker.request('serve', cluster)),
    ping: () => undefined,
    forward: async (forwards) => await link().forward(forwards),
  },
})
setInterval(() => opened?.ping(), pingMs)

async function end(): Promise<void> {
  await opened?.end()
  process.exit()
}
process.on('SIGTERM', () => void end())
channel.onClose(() => void end())
