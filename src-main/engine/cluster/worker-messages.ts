import type { DeviceChoice } from '#shared/schemas/run.ts'

/** Requests to a worker: `[argument, result]`. */
export interface WorkerRequests {
  /** Loads TensorFlow for a device. */
  load: [{ device: DeviceChoice }, { device: 'cpu' | 'cuda'; deviceName: string }]
  /** Starts the server of one of the workers at these addresses. */
  serve: [{ addresses: string[]; task: number }, void]
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
