import type { DeviceState } from '#shared/training-devices.ts'

/** When a queued run may start; times are ms since 1970. */
export interface QueueCondition {
  /** Not before this time. */
  startAt: number | null
  /** Id of a run: not before that one has ended. */
  after: string | null
}

/** A queued run. */
export interface QueueEntry extends QueueCondition {
  runId: string
  /** Seconds that it is expected to train; null where nothing tells. */
  seconds: number | null
  /** The target that is to train it; null for this computer. Runs of one target wait for one another only. */
  target: string | null
  /** Why its target could not be reached when its turn came; null where nothing is wrong. */
  reason: string | null
}

/** The runs that wait for their turn, in their order. */
export interface QueuedState {
  entries: QueueEntry[]
  /**
   * The user has paused a run: nothing starts by itself, but for what has a time, until the user starts a run or lets the
   * queue go on.
   */
  held: boolean
  /** The same of targets on which a run was paused. */
  heldTargets: string[]
}

/** The queue, and what it is busy with. */
export interface QueueState extends QueuedState {
  /** Where this computer has several devices, each with the run that it trains; else none. */
  devices: DeviceState[]
}
