import { constants, setPriority } from 'node:os'
import { FlowerbedError } from '#shared/errors.ts'
import type { EngineEvent, EngineRequests } from '#shared/engine-messages.ts'
import { parentChannel } from '../processes/channels.ts'
import { serveCalls } from '../processes/rpc.ts'
import { createRuntimeHandlers } from './backend/requests.ts'
import { createEngine } from './server.ts'

/** The engine as a process of its own: the only file that knows it has a parent. */

const heartbeatMs = 1000

// The desktop goes before the training. On Linux this counts for threads to come, TensorFlow's among them.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL)

// A signal to the whole group, from Ctrl+C or a terminal that closes, is the app's to answer: it saves first.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined)

const channel = parentChannel()
if (!channel) throw new FlowerbedError('internal', 'The engine must be started by Flowerbed.')

let emit: (event: EngineEvent) => void = () => undefined
const later = (event: EngineEvent) => emit(event)
const engine = createEngine({ emit: later })
;({ emit } = serveCalls<EngineRequests, EngineEvent>({
  channel,
  handlers: { ...engine.handlers, ...createRuntimeHandlers(later) },
}))

setInterval(() => {
  emit({ type: 'heartbeat', memoryBytes: process.memoryUsage.rss() })
}, heartbeatMs)
channel.onClose(() => process.exit())
