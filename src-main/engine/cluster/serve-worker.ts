import { constants, setPriority } from 'node:os'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { serveCalls } from '../../processes/rpc.ts'
import type { Channel } from '../../processes/rpc.ts'
import { distributedRuntime } from '../backend/distributed.ts'
import { loadTensorFlow } from '../backend/load.ts'
import { freePorts } from './free-ports.ts'
import { listeningAddresses, openListeners } from './listening.ts'
import { serverDefinition } from './messages.ts'
import { Relay } from './relay.ts'
import { heartbeatMs, interfacesVariable } from './worker-messages.ts'
import type { WorkerEvent, WorkerRequests } from './worker-messages.ts'

/** A worker on another machine that was not told for so many seconds that it is wanted ends. */
const unwantedSeconds = 30

/** Computes a share of each step for the engine, by TensorFlow's own server, until the channel closes; then the process ends. */
export function serveWorker(channel: Channel, { isElsewhere }: { isElsewhere: boolean }): void {
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined)
  // At once: the server's threads may wait for workers that are gone.
  const end = () => process.kill(process.pid, 'SIGKILL')
  let unwanted = 0
  let relay: Relay | null = null
  const { emit } = serveCalls<WorkerRequests, WorkerEvent>({
    channel,
    handlers: {
      load: ({ device }) => {
        const { device: used, deviceName, kernels } = loadTensorFlow({ device })
        return { device: used, deviceName, pid: process.pid, kernels: kernels !== null }
      },
      freePort: async () => (await freePorts(1))[0] as number,
      listen: async (given) => {
        relay = await Relay.listen(given)
        return toText(relay.address)
      },
      serve: (cluster) => {
        // gRPC would look for this machine's own ports behind a proxy.
        for (const name of ['grpc_proxy', 'http_proxy', 'https_proxy'])
          Reflect.deleteProperty(process.env, name)
        distributedRuntime().startServer(serverDefinition(cluster))
        checkInterfaces(cluster.addresses, relay)
        relay?.openTo(cluster.addresses.map(hostOf))
      },
      ping: () => {
        unwanted = 0
      },
    },
  })
  setInterval(() => {
    emit({ type: 'heartbeat', memoryBytes: process.memoryUsage.rss() })
    // A network that fails silently closes nothing for many minutes.
    if (isElsewhere && ++unwanted * heartbeatMs > 1000 * unwantedSeconds) end()
  }, heartbeatMs)
  channel.onClose(end)
}

/** TensorFlow's server lets anyone who reaches it run anything, be it itself or through a port that sshd forwards to it. */
function checkInterfaces(addresses: string[], relay: Relay | null): void {
  if (process.env[interfacesVariable] === 'all') return
  const intended = relay && toText(relay.address)
  const own = listeningAddresses().find((one) => !one.isLoopback && toText(one) !== intended)
  if (own) throw new FlowerbedError('internal', errorText('cluster.open', { address: toText(own) }))
  const local = addresses.filter((address) => hostOf(address) === '127.0.0.1')
  const [forward] = openListeners(local.map((address) => Number(address.split(':')[1])))
  if (!forward) return
  throw new FlowerbedError('unavailable', errorText('cluster.forwardOpen', { address: toText(forward) }))
}

const toText = ({ address, port }: { address: string; port: number }): string => `${address}:${port}`
const hostOf = (address: string): string => address.split(':')[0] ?? ''
