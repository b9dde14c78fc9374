import type { RunConfig } from '#shared/schemas/run-config.ts'
import type { EngineEvent } from '#shared/engine-messages.ts'
import type { ImageShape } from '#shared/schemas/image.ts'
import type { Dataset } from '../../datasets/packed-dataset.ts'
import type { Values } from '../graph/program.ts'
import type { Split } from '../data/split.ts'
import type { System } from '../model/flow/system.ts'
import { Model } from '../sampling/sampler.ts'
import { Mutex } from '../mutex.ts'
import { DiagnosticsMaker } from './diagnostics.ts'
import { gridImages, saveGrid } from './sample-grid.ts'
import { Validation } from './validation.ts'

/** What is looked at: a step, and the weights with which the run would draw then, read from the device when asked for. */
export interface Evaluation {
  step: number
  weights: () => Values
}

/**
 * All that is looked at from time to time while a run trains: the loss on images kept aside, the fixed grid, and how
 * images are encoded. Also lends the networks to whoever wants to draw between the steps.
 */
export class Evaluator {
  private readonly model: Model
  /** Null where no images are kept aside. */
  private readonly validation: Validation | null
  private readonly diagnostics: DiagnosticsMaker
  private readonly sampling = new Mutex()
  private readonly emit: (event: EngineEvent) => void
  private readonly run: { runId: string; runDirectory: string }
  private validated: { step: number; loss: number } | null = null
  /** Warnings that hold, each told once when it begins to. */
  private told: string[] = []

  constructor(options: {
    run: { runId: string; runDirectory: string }
    system: System
    config: RunConfig
    shape: ImageShape
    dataset: Dataset
    split: Split
    emit: (event: EngineEvent) => void
  }) {
    const { run, system, config, shape, dataset, split, emit } = options
    const { held, training } = split
    this.run = run
    this.emit = emit
    this.model = new Model({ system, shape })
    this.validation = held.length === 0 ? null : new Validation({ system, config, dataset, held })
    this.diagnostics = new DiagnosticsMaker({
      system,
      dataset,
      places: held.length === 0 ? training : held,
    })
  }

  /** Numbers for the curves of a step at which it is time to look. */
  measure({ step, weights }: Evaluation): Record<string, number> {
    const measured = this.validation?.measure(weights())
    if (measured) this.validated = { step, loss: measured.validation }
    return { ...measured, ...this.diagnostics.metrics(step, weights) }
  }

  /** The loss on the images kept aside; null without any. */
  validationLoss({ step, weights }: Evaluation): number | null {
    if (this.validated?.step === step) return this.validated.loss
    return this.validation?.measure(weights()).validation ?? null
  }

  /** Draws and stores the fixed grid and what goes with it; left out when given up on the way. */
  async draw(
    observed: Evaluation,
    { config, givenUp }: { config: RunConfig; givenUp: () => boolean },
  ): Promise<void> {
    const { step, weights } = observed
    const images = await this.lend(weights, (model) => gridImages(model, { config, givenUp }))
    if (!images) return
    const record = await saveGrid({ ...this.run, step, images, config })
    this.emit({ type: 'sample', record })
    const diagnostics = await this.diagnostics.save({ ...this.run, ...observed, drawn: images })
    this.emit({ type: 'diagnostics', diagnostics })
    for (const message of diagnostics.warnings)
      if (!this.told.includes(message)) this.emit({ type: 'warning', runId: this.run.runId, message })
    this.told = diagnostics.warnings
  }

  /** Lends the networks with some weights, one borrower at a time. */
  lend<T>(weights: () => Values, use: (model: Model) => Promise<T>): Promise<T> {
    return this.sampling.take(() => {
      this.model.setWeights(weights())
      return use(this.model)
    })
  }

  /** Frees everything; whoever has borrowed the networks gives them back first. */
  async dispose(): Promise<void> {
    await this.sampling.take(() => Promise.resolve())
    this.model.dispose()
    this.validation?.dispose()
    this.diagnostics.dispose()
  }
}
