import type { TargetReport } from '#shared/remote/protocol.ts'
import type { SentThing } from '#shared/remote/remote-state.ts'
import type { SlurmOptions } from '#shared/remote/target.ts'
import type { AgentClient } from './agent-client.ts'
import type { RemoteHost, TransferProgress } from './remote-host.ts'

/** A target that is reached, with this Flowerbed installed. */
export interface ReadyTarget {
  host: RemoteHost
  agent: AgentClient
  /** Flowerbed's folder there, absolute. */
  folder: string
  /** What the launch is to ask of a scheduler; without, a process of the target trains. */
  slurm?: SlurmOptions
}

/** What is under way to a target. */
export type SendProgress = TransferProgress & { what: SentThing }

/** Reaches targets by their names. */
export interface TargetAccess {
  /** Ends all connections. */
  close: () => Promise<void>
  /** What a target says of itself, with Flowerbed installed there. @throws FlowerbedError `unavailable`, `not-found` */
  examine: (name: string) => Promise<TargetReport>
  /**
   * Connects, and installs what is missing there.
   * @throws FlowerbedError `unavailable` without a connection, `not-found` for a name that is no target
   */
  prepare: (
    name: string,
    options: { onProgress: (progress: SendProgress) => void; signal: AbortSignal },
  ) => Promise<ReadyTarget>
  /** Sends a packed dataset, or what is missing of it. */
  sendDataset: (
    target: ReadyTarget,
    options: {
      datasetId: string
      directory: string
      onProgress: (progress: SendProgress) => void
      signal: AbortSignal
    },
  ) => Promise<void>
  /**
   * Has the machine of a target run that is started for its runs only, and costs money then; others are as they are.
   * @throws FlowerbedError `unavailable` where it cannot be started
   */
  start: (name: string, options: { signal: AbortSignal }) => Promise<void>
  /**
   * Finds out whether a target is there for a run, as `start` does; installs nothing.
   * @throws FlowerbedError `unavailable` with the reason
   */
  reach: (name: string, options: { signal: AbortSignal }) => Promise<void>
  /**
   * Deletes the folders of runs there that were deleted here; also done whenever `prepare` connects. Nothing is started or
   * installed for it.
   * @throws FlowerbedError `unavailable`, `not-found`
   */
  clearDeleted: (name: string, options: { signal: AbortSignal }) => Promise<void>
}
