import { randomUUID } from 'node:crypto'
import { directionEncoder } from '#shared/encoders.ts'
import type { EngineEvent } from '#shared/engine-messages.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError, toFlowerbedError } from '#shared/errors.ts'
import type { ImageSource, InterpolateRequest, InterpolateResult } from '#shared/sampling-messages.ts'
import type { ChosenImage } from '#shared/schemas/chosen-image.ts'
import { framesOfRow, mostPairs } from '#shared/schemas/pinned-pair.ts'
import type { PinnedPair, PinnedRow } from '#shared/schemas/pinned-pair.ts'
import { isLive } from '#shared/run-status.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import type { Store } from '../database/store.ts'
import { createLogger } from '../log.ts'
import type { RunService } from './run-service.ts'

const log = createLogger('pinned pairs')

/** Solver steps of a frame: few, since rows are generated between the steps of training. */
const rowSteps = 6

/** Generates the interpolation of each pinned pair of a run whenever the run samples, one row at a time. */
export class PinnedPairs {
  private readonly store: Store
  private readonly runService: RunService
  private readonly sourceOf: (run: RunRecord, image: ChosenImage) => Promise<ImageSource>
  private readonly interpolate: (request: InterpolateRequest) => Promise<InterpolateResult>
  private readonly onRow: (row: PinnedRow) => void
  private readonly isHidden: (pair: string) => boolean
  /** Pairs whose row is being generated while their run trains. */
  private readonly busy = new Set<string>()

  constructor(options: {
    store: Store
    runService: RunService
    sourceOf: (run: RunRecord, image: ChosenImage) => Promise<ImageSource>
    interpolate: (request: InterpolateRequest) => Promise<InterpolateResult>
    onRow: (row: PinnedRow) => void
    /** Whether a pair is to be removed, so that it is listed no more. */
    isHidden?: (pair: string) => boolean
  }) {
    this.store = options.store
    this.runService = options.runService
    this.sourceOf = options.sourceOf
    this.interpolate = options.interpolate
    this.onRow = options.onRow
    this.isHidden = options.isHidden ?? (() => false)
  }

  list(runId: string): { pairs: PinnedPair[]; rows: PinnedRow[] } {
    const key = this.store.runs.key(runId)
    return {
      pairs: this.shown(key),
      rows: this.store.pairs.rows(key).filter(({ pair }) => !this.isHidden(pair)),
    }
  }

  /**
   * Pins two images. Their first row, of the present or latest weights, is there when it resolves; those of earlier
   * checkpoints follow where the run does not train.
   * @throws FlowerbedError `conflict` for one too many, and what sampling throws; then nothing is pinned
   */
  async add(runId: string, images: PinnedPair['images']): Promise<PinnedPair> {
    const run = this.store.runs.get(runId)
    const key = this.store.runs.key(runId)
    if (this.shown(key).length >= mostPairs)
      throw new FlowerbedError('conflict', errorText('pairs.tooMany', { most: mostPairs }))
    const pair = { id: randomUUID(), runId, images, createdAt: Date.now() }
    this.store.pairs.add(key, pair)
    try {
      await this.generate(pair, { step: run.step })
    } catch (thrown) {
      this.store.pairs.remove(key, pair.id)
      throw thrown
    }
    if (!isLive(run)) void this.addEarlierRows(pair, run.step)
    return pair
  }

  /** Generates the rows of a run's pairs when it has sampled its grid. Never throws. */
  readonly onEngineEvent = (event: EngineEvent): void => {
    if (event.type !== 'sample' || event.record.kind !== 'grid') return
    const { runId, step } = event.record
    void this.generateAll(runId, step).catch((thrown: unknown) => this.report(runId, thrown))
  }

  private shown(run: number): PinnedPair[] {
    return this.store.pairs.list(run).filter(({ id }) => !this.isHidden(id))
  }

  private async generateAll(runId: string, step: number): Promise<void> {
    for (const pair of this.store.pairs.list(this.store.runs.key(runId))) {
      // A machine that cannot keep up leaves rows out rather than delay training.
      if (this.busy.has(pair.id)) continue
      this.busy.add(pair.id)
      try {
        await this.generate(pair, { step })
      } finally {
        this.busy.delete(pair.id)
      }
    }
  }

  private async addEarlierRows(pair: PinnedPair, present: number): Promise<void> {
    try {
      const earlier = this.runService.checkpoints
        .list(pair.runId)
        .filter(({ damaged, step }) => !damaged && step !== present)
      for (const { step } of earlier) await this.generate(pair, { step, checkpoint: step })
    } catch (thrown) {
      this.report(pair.runId, thrown)
    }
  }

  private async generate(pair: PinnedPair, at: { step: number; checkpoint?: number }): Promise<void> {
    const run = this.store.runs.get(pair.runId)
    const images = await Promise.all(pair.images.map((image) => this.sourceOf(run, image)))
    const { frames } = await this.runService.withModel(
      run.id,
      (model) =>
        this.interpolate({
          ...{ model, device: run.deviceChoice, images, frames: framesOfRow },
          ...{ mode: 'slerp', pace: 'parameter', encoder: directionEncoder(run.config) },
          sampling: { steps: rowSteps },
        }),
      at.checkpoint,
    )
    this.store.pairs.saveRow(pair.id, at.step, frames)
    this.onRow({ pair: pair.id, step: at.step, frames })
  }

  private report(runId: string, thrown: unknown): void {
    log.warn(`${runId}: ${toFlowerbedError(thrown).message}`)
  }
}
