import { desktopText } from '#shared/desktop-text.ts'
import type { Precision, RunConfig } from '#shared/schemas/run-config.ts'
import type { EngineEvent } from '#shared/engine-messages.ts'
import { toFlowerbedError } from '#shared/errors.ts'
import type { ImageShape } from '#shared/schemas/image.ts'
import type { Dataset } from '../../datasets/packed-dataset.ts'
import type { Values } from '../graph/program.ts'
import type { Split } from '../data/split.ts'
import { samplingWeights } from '../checkpoints/state-names.ts'
import { codeTableShapes } from '../model/flow/code-prior.ts'
import type { System } from '../model/flow/system.ts'
import { Sampler } from '../sampling/sampler.ts'
import { Mutex } from '../mutex.ts'
import { DiagnosticsWriter } from './diagnostics-writer.ts'
import { QualityMeter } from './quality-meter.ts'
import type { IntegrationTimes } from './repeated-costs.ts'
import { gridImages, saveGrid } from './sample-grid.ts'
import type { GridOptions } from './sample-grid.ts'
import { Validation } from './validation.ts'

/** A training step and the weights that sampling uses at it, read from the device when called for. */
export interface WeightsAtStep {
  step: number
  weights: () => Values
  /** The weights with the prior of codes, which takes longer to measure. */
  samplingWeights: () => Values
}

/**
 * Evaluates a run while it trains: the loss on validation images, the grid of fixed seeds, and how images are encoded.
 * Also lends the model for sampling between the steps.
 */
export class Evaluator {
  private readonly sampler: Sampler
  private readonly makeValidation: () => Validation | null
  /** Made when first used, since the first previews do without; null without validation images. */
  private madeValidation: Validation | null = null
  private readonly diagnostics: DiagnosticsWriter
  private readonly quality: QualityMeter
  private readonly mutex = new Mutex()
  private readonly emit: (event: EngineEvent) => void
  private readonly run: { runId: string; runDirectory: string }
  private validated: { step: number; loss: number } | null = null
  /** Warnings that apply now; each is emitted once, when it begins to apply. */
  private warnings: string[] = []
  private saidUnmeasured = false
  private isPrecisionKnown = false

  constructor(options: {
    run: { runId: string; runDirectory: string }
    system: System
    config: RunConfig
    shape: ImageShape
    labels: string[]
    dataset: Dataset
    split: Split
    emit: (event: EngineEvent) => void
  }) {
    const { run, system, config, shape, labels, dataset, split, emit } = options
    this.run = run
    this.emit = emit
    this.sampler = new Sampler({ system, shape, labels })
    const hasValidation = split.validation.length > 0
    this.makeValidation = () =>
      hasValidation ? new Validation({ system, config, dataset, indices: split.validation }) : null
    this.quality = new QualityMeter({ dataset, indices: split.training })
    this.diagnostics = new DiagnosticsWriter({
      system,
      dataset,
      indices: hasValidation ? split.validation : split.training,
    })
  }

  /** Sets the precision to sample in; called before the first use, the samples of the untrained network aside. */
  usePrecision(precision: Precision): void {
    this.isPrecisionKnown = true
    this.sampler.usePrecision(precision)
  }

  private get validation(): Validation | null {
    return (this.madeValidation ??= this.makeValidation())
  }

  /** Metrics of a step at which an evaluation is due. */
  measure({ step, weights }: WeightsAtStep): Record<string, number> {
    const measured = this.validation?.measure(weights())
    if (measured) this.validated = { step, loss: measured.validation }
    return { ...measured, ...this.diagnostics.metrics(step, weights) }
  }

  /** The loss on the validation images; null without any. */
  validationLoss({ step, weights }: WeightsAtStep): number | null {
    if (this.validated?.step === step) return this.validated.loss
    return this.validation?.measure(weights()).validation ?? null
  }

  /** How far samples and images are apart, as metrics; none when cancelled meanwhile, or where it cannot be measured, which is said once. */
  async measureQuality(
    { samplingWeights }: WeightsAtStep,
    options: { config: RunConfig; isCancelled: () => boolean },
  ): Promise<Record<string, number>> {
    try {
      const measured = await this.withSampler(samplingWeights, (sampler) =>
        this.quality.measure(sampler, options),
      )
      return measured ?? {}
    } catch (thrown) {
      const error = toFlowerbedError(thrown)
      if (!['bad-input', 'not-found', 'corrupt'].includes(error.kind)) throw thrown
      if (!this.saidUnmeasured) this.warn(desktopText('warning.notEvaluated', { message: error.message }))
      this.saidUnmeasured = true
      return {}
    }
  }

  /**
   * Samples and stores the grid of fixed seeds, with its diagnostics unless it is a preview; null and nothing stored when
   * cancelled meanwhile.
   */
  async sampleGrid(at: WeightsAtStep, options: GridOptions): Promise<IntegrationTimes | null> {
    const { step, samplingWeights } = at
    const { config, isPreview } = options
    const grid = await this.withSampler(samplingWeights, (sampler) => gridImages(sampler, options))
    if (!grid) return null
    const { images, times } = grid
    const record = await saveGrid({ ...this.run, step, images, config, isPreview })
    this.emit({ type: 'sample', record })
    if (isPreview) return times
    const diagnostics = await this.diagnostics.write({ ...this.run, ...at, samples: images })
    this.emit({ type: 'diagnostics', diagnostics })
    for (const message of diagnostics.warnings) if (!this.warnings.includes(message)) this.warn(message)
    this.warnings = diagnostics.warnings
    return times
  }

  /**
   * Samples and stores the grid before training, in few solver steps; with programs of its own where the precision is not
   * chosen yet. Codes are taken from N(0, 1).
   */
  async sampleUntrained(state: Values, options: GridOptions): Promise<void> {
    const { system } = this.sampler
    const tables = Object.entries(codeTableShapes(system.codeSize)).map(
      ([name, [rows = 0, columns = 0]]) => [name, new Float32Array(rows * columns)] as const,
    )
    const weights = { ...samplingWeights(state, options.config), ...Object.fromEntries(tables) }
    const grid = await this.withSampler(
      () => weights,
      (sampler) =>
        this.isPrecisionKnown ? gridImages(sampler, options) : gridByItself(sampler, weights, options),
    )
    if (!grid) return
    const { config, isPreview } = options
    const record = await saveGrid({ ...this.run, step: 0, images: grid.images, config, isPreview })
    this.emit({ type: 'sample', record })
  }

  /** Lends the model with some weights, to one borrower at a time. */
  withSampler<T>(weights: () => Values, use: (sampler: Sampler) => Promise<T>): Promise<T> {
    return this.mutex.runExclusive(() => {
      this.sampler.setWeights(weights())
      return use(this.sampler)
    })
  }

  private warn(message: string): void {
    this.emit({ type: 'warning', runId: this.run.runId, message })
  }

  /** Frees everything once the model is not lent any more. */
  async dispose(): Promise<void> {
    await this.mutex.runExclusive(() => Promise.resolve())
    this.sampler.dispose()
    this.madeValidation?.dispose()
    this.diagnostics.dispose()
    this.quality.dispose()
  }
}

/** The grid by programs that are freed afterwards, in a precision that may not be that of the model. */
async function gridByItself({ system, shape, labels }: Sampler, weights: Values, options: GridOptions) {
  const own = new Sampler({ system, shape, labels })
  try {
    own.setWeights(weights)
    return await gridImages(own, options)
  } finally {
    own.dispose()
  }
}
