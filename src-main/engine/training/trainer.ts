import type { TrainResult } from '#shared/engine-messages.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { LiveSettings } from '#shared/resume.ts'
import type { Limits } from '#shared/run-limits.ts'
import type { WeightsName } from '#shared/schemas/sampling.ts'
import type { Sampler } from '../sampling/sampler.ts'
import { translateError } from './checks.ts'
import { train } from './train-loop.ts'
import { TrainingRun } from './training-run.ts'
import type { StopRequest, TrainingRunOptions } from './training-run.ts'

/** One run in training, to be stopped, extended and sampled from between its steps. */
export class Trainer {
  readonly runId: string
  private readonly state: TrainingRun
  private isDisposed = false
  private result: Promise<TrainResult> | null = null

  /**
   * Opens the dataset and creates the model.
   * @throws FlowerbedError before anything is allocated
   */
  constructor(options: TrainingRunOptions) {
    this.runId = options.request.runId
    this.state = new TrainingRun(options)
  }

  /**
   * Trains to the end, once. Nothing is left on the device when it settles.
   * @throws FlowerbedError when training cannot continue; the checkpoints written so far stay
   */
  run(): Promise<TrainResult> {
    this.result ??= train(this.state)
      .catch((thrown: unknown) => {
        throw translateError(thrown)
      })
      .finally(() => {
        this.isDisposed = true
        return this.state.dispose()
      })
    return this.result
  }

  /** Ends training after the present step; resolves when its checkpoint is on disk. The first request counts. */
  async stop(request: StopRequest): Promise<void> {
    this.state.stopRequest ??= request
    await this.result
  }

  /** Changes the limits while training, and what else may change; takes effect with the next step. */
  extend(limits: Limits & Partial<LiveSettings>): void {
    this.state.config = { ...this.state.config, ...limits }
  }

  /** Lends the model with its present weights between the steps of training, to one borrower at a time. */
  withSampler<T>(use: (sampler: Sampler, step: number) => Promise<T>, weights?: WeightsName): Promise<T> {
    return this.state.parts.evaluator.withSampler(
      () => {
        if (this.state.stopRequest || this.isDisposed)
          throw new FlowerbedError('cancelled', errorText('training.justEnded'))
        return this.state.weights(weights)
      },
      (sampler) => use(sampler, this.state.step),
    )
  }
}
