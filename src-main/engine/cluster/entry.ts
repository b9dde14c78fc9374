import { constants, setPriority } from 'node:os'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { parentChannel } from '../../processes/parent-channel.ts'
import { serveCalls } from '../../processes/rpc.ts'
import { distributedRuntime } from '../backend/distributed.ts'
import { loadTensorFlow } from '../backend/load.ts'
import { listeningAddresses } from './listening.ts'
import { serverDefinition } from './messages.ts'
import { heartbeatMs, interfacesVariable } from './worker-messages.ts'
import type { WorkerEvent, WorkerRequests } from './worker-messages.ts'

/** The entry of a worker: a process that computes a share of each step for the engine, by TensorFlow's own server. */

setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined)

const channel = parentChannel()
if (!channel) throw new FlowerbedError('internal', errorText('process.startedAlone'))

const { emit } = serveCalls<WorkerRequests, WorkerEvent>({
  channel,
  handlers: {
    load: ({ device }) => {
      const { device: used, deviceName } = loadTensorFlow({ device })
      return { device: used, deviceName }
    },
    serve: (cluster) => {
      distributedRuntime().startServer(serverDefinition(cluster))
      checkInterfaces()
    },
  },
})

/** TensorFlow's server lets anyone who reaches it run anything. */
function checkInterfaces(): void {
  if (process.env[interfacesVariable] === 'all') return
  const open = listeningAddresses().find(({ isLoopback }) => !isLoopback)
  if (!open) return
  throw new FlowerbedError('internal', errorText('cluster.open', { address: open.address, port: open.port }))
}

setInterval(() => emit({ type: 'heartbeat', memoryBytes: process.memoryUsage.rss() }), heartbeatMs)
// At once: the server's threads may wait for workers that are gone.
channel.onClose(() => process.kill(process.pid, 'SIGKILL'))
