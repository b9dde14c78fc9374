import { defaultStepsOf } from '#shared/default-sampling.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { isLive } from '#shared/run-status.ts'
import type { ModelSource } from '#shared/sampling-messages.ts'
import type { CheckpointChoice, DeviceChoice } from '#shared/schemas/run.ts'
import type { SamplingOptions } from '#shared/schemas/sampling.ts'
import { comparedCounts, comparedWidths, widthRange } from '#shared/weight-averaging.ts'
import type { AverageRequest, AverageResult } from '#shared/weight-averaging.ts'
import type { Store } from '../database/store.ts'
import type { RunService } from './run-service.ts'

/** What may be asked of an average; what is left out is as in the command line. */
export interface AverageOptions {
  /** Without one, several are compared and the best is taken. */
  width?: number | undefined
  checkpoint?: CheckpointChoice | undefined
  device?: DeviceChoice
  sampling?: SamplingOptions
  count?: number
  seed?: number
  job?: string
}

/** Averages of the weights of runs that do not train, made by an engine and recorded as checkpoints. */
export class WeightAverages {
  private readonly store: Store
  private readonly runService: RunService
  private readonly engine: (request: AverageRequest) => Promise<AverageResult>

  constructor(options: {
    store: Store
    runService: RunService
    average: (request: AverageRequest) => Promise<AverageResult>
  }) {
    this.store = options.store
    this.runService = options.runService
    this.engine = options.average
  }

  /**
   * Gives a checkpoint the average of a width for sampling, in place of the one it has. Training resumes from it as before.
   * @throws FlowerbedError `bad-input` for a width out of range or a run of constant decay, `conflict` while it trains, and
   * what the engine throws
   */
  async make(runId: string, options: AverageOptions = {}): Promise<AverageResult> {
    const { width, checkpoint } = options
    const { min, max } = widthRange
    if (width !== undefined && !(width >= min && width <= max))
      throw new FlowerbedError('bad-input', errorText('average.width', { min, max, width }), {
        where: 'width',
      })
    const { name, config, status } = this.store.runs.get(runId)
    if (isLive({ status }))
      throw new FlowerbedError('conflict', errorText('average.inTraining', { name }), { where: runId })
    if (config.emaKind !== 'power')
      throw new FlowerbedError('bad-input', errorText('average.constantDecay'), { where: runId })
    this.runService.claim(runId)
    try {
      return await this.runService.withModel(
        runId,
        async (model) => await this.makeOf(model, this.requestOf(runId, options)),
        checkpoint,
      )
    } finally {
      this.runService.abandon(runId)
    }
  }

  private async makeOf(model: ModelSource, request: Omit<AverageRequest, 'model'>): Promise<AverageResult> {
    const { checkpoints } = this.runService
    const result = await this.engine({ ...request, model })
    if (model.checkpoint !== null) checkpoints.replace(model.runId, model.checkpoint, result.record)
    await checkpoints.settled()
    return result
  }

  private requestOf(runId: string, options: AverageOptions): Omit<AverageRequest, 'model'> {
    const { datasetId, deviceChoice, config } = this.store.runs.get(runId)
    const { width, device = deviceChoice, count, seed, job } = options
    return {
      device,
      widths: width === undefined ? [...comparedWidths] : [width],
      datasetDirectory: datasetId === null ? null : this.store.datasets.get(datasetId).directory,
      excluded: this.store.runs.excluded(runId),
      count: count ?? comparedCounts.default,
      seed: seed ?? 1,
      sampling: options.sampling ?? { steps: defaultStepsOf(config) },
      ...(job === undefined ? {} : { job }),
    }
  }
}
