import type { EngineEvent, PrepareRequest } from '#shared/engine-messages.ts'
import type { DeviceSpeed } from '#shared/schemas/automatic.ts'
import { toFlowerbedError } from '#shared/errors.ts'
import { createLogger } from '../../log.ts'
import type { LoadedTensorFlow } from '../backend/load.ts'
import { preparedGraphs } from '../graph/compiled-program.ts'
import { prepareRun } from './prepare-run.ts'

const log = createLogger('preparation')

/** Prepares the programs of the run that is likely to be started next, while nothing trains. Never fails. */
export class RunPreparation {
  private now: { isCancelled: boolean; done: Promise<void> } | null = null

  /** Prepares a run instead of the one before. @returns how many programs are ready when it is prepared, or another is, or none */
  async prepare(
    request: PrepareRequest,
    engine: {
      load: () => LoadedTensorFlow
      measuredSpeed: (loaded: LoadedTensorFlow) => Promise<DeviceSpeed>
    },
  ): Promise<number> {
    const { now: before } = this
    if (before) before.isCancelled = true
    const now = { isCancelled: false, done: Promise.resolve() }
    this.now = now
    now.done = this.prepareAfter(before, async () => {
      if (now.isCancelled) return
      const loaded = engine.load()
      const isPrepared = await prepareRun(request, {
        device: loaded.device,
        measuredSpeed: () => engine.measuredSpeed(loaded),
        isCancelled: () => now.isCancelled,
      })
      if (!isPrepared) preparedGraphs.clear()
    }).finally(() => {
      if (this.now === now) this.now = null
    })
    await now.done
    return preparedGraphs.count
  }

  private async prepareAfter(
    before: { done: Promise<void> } | null,
    work: () => Promise<void>,
  ): Promise<void> {
    await before?.done
    try {
      await preparedGraphs.prepare(work)
    } catch (thrown) {
      preparedGraphs.clear()
      log.info(`No run is prepared: ${toFlowerbedError(thrown).message}`)
    }
  }

  /** A run begins, and takes what is prepared. */
  async begin(): Promise<void> {
    await this.end()
    preparedGraphs.open()
  }

  /** Frees what a run has not taken, once it has begun and sampled. */
  follow(event: EngineEvent): void {
    if (event.type === 'checkpoint' || (event.type === 'sample' && event.record.step > 0))
      preparedGraphs.clear()
  }

  /** Frees everything. @returns how many programs */
  async drop(): Promise<number> {
    await this.end()
    const { count } = preparedGraphs
    preparedGraphs.clear()
    return count
  }

  private async end(): Promise<void> {
    if (this.now) this.now.isCancelled = true
    await this.now?.done
  }
}
