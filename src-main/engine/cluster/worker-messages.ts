import type { DeviceChoice } from '#shared/schemas/run.ts'
import type { WorkerHost } from '#shared/workers.ts'

/** Requests to a worker: `[argument, result]`. */
export interface WorkerRequests {
  /** Loads TensorFlow for a device. */
  load: [{ device: DeviceChoice }, LoadedWorker]
  /** A port of its machine's loopback interface that nothing listens at. */
  freePort: [void, number]
  /** Has a port of its address in a network, which it answers, lead to a port of its loopback interface. */
  listen: [{ network: string; to: number }, string]
  /** Starts the server of one of the workers, which it reaches at these addresses; its own is among them. */
  serve: [{ addresses: string[]; task: number }, void]
  /** Tells one on another machine that it is still wanted. */
  ping: [void, void]
}

/** Requests to the process that holds the connection to a worker on another machine, which passes on all but these. */
export interface LinkRequests extends WorkerRequests {
  /** Connects, and starts the worker there. */
  open: [WorkerHost, void]
  /** Ports of the loopback interfaces of both machines that lead to the other one; answers those that were chosen there. */
  forward: [Forwards, number[]]
}

export interface Forwards {
  /** Ports here that lead to ports there. */
  there: { listen: number; to: number }[]
  /** Ports here to which a free port there leads, each. */
  here: number[]
}

export interface LoadedWorker {
  device: 'cpu' | 'cuda'
  deviceName: string
  pid: number
  /** Whether it has Flowerbed's kernels. */
  kernels: boolean
}

/** A worker says that it is alive. */
export interface WorkerEvent {
  type: 'heartbeat'
  memoryBytes: number
}

/** The interval of a worker's heartbeats. */
export const heartbeatMs = 1000

/** Set to `all` to have workers listen on all interfaces of a network that is private to the user. */
export const interfacesVariable = 'FLOWERBED_WORKER_INTERFACES'
