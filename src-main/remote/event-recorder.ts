import { setTimeout as delay } from 'node:timers/promises'
import type { EngineEvent } from '#shared/engine-messages.ts'
import { toFlowerbedError } from '#shared/errors.ts'
import type { JobState } from '#shared/remote/protocol.ts'
import { isStorageFault } from '../database/storage-faults.ts'
import type { Store } from '../database/store.ts'
import { createLogger } from '../log.ts'

const log = createLogger('remote')

const defaultRetryMs = 5000

/**
 * Stores what a journal says with the offset behind it, in one transaction. Where the disk here is full or the history in
 * use, it waits: the journal there keeps everything.
 */
export class EventRecorder {
  private readonly store: Store
  private readonly key: number
  private readonly write: (event: EngineEvent) => void
  private readonly onEvent: (event: EngineEvent) => void
  private readonly onWait: (reason: string) => void
  private readonly retryMs: number

  constructor(options: {
    store: Store
    runId: string
    record: (event: EngineEvent) => void
    onEvent: (event: EngineEvent) => void
    /** It waits until there is room, because of that. */
    onWait: (reason: string) => void
    retryMs: number | undefined
  }) {
    this.store = options.store
    this.key = options.store.runs.key(options.runId)
    this.write = options.record
    this.onEvent = options.onEvent
    this.onWait = options.onWait
    this.retryMs = options.retryMs ?? defaultRetryMs
  }

  /** @throws FlowerbedError `not-found` where the run was deleted */
  async record(
    events: EngineEvent[],
    { launchId, offset, signal }: { launchId: string; offset: number; signal: AbortSignal },
  ): Promise<void> {
    await this.storing(() => {
      this.store.transaction(() => {
        for (const event of events) this.write(event)
        this.store.launches.advance(this.key, launchId, offset)
      })
      return Promise.resolve()
    }, signal)
    for (const event of events) this.onEvent(event)
  }

  /** Where the launch stands, for a later start; not worth waiting for. */
  noteJob(job: JobState, at: number): void {
    try {
      this.store.launches.noteState(this.key, job, at)
    } catch (thrown) {
      log.warn(`Not stored: ${toFlowerbedError(thrown).message}`)
    }
  }

  /** Does something that needs room here, again and again until there is. @throws what else goes wrong */
  async storing<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    for (;;) {
      signal.throwIfAborted()
      try {
        return await work()
      } catch (thrown) {
        if (!isStorageFault(thrown)) throw thrown
        this.onWait(toFlowerbedError(thrown).message)
        await delay(this.retryMs, undefined, { signal })
      }
    }
  }
}
