import type { EvaluateRequest } from '#shared/engine-messages.ts'
import { defaultStepsOf } from '#shared/default-sampling.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { evaluationCounts } from '#shared/schemas/evaluation.ts'
import type { Evaluation, EvaluationRecord } from '#shared/schemas/evaluation.ts'
import type { ModelSource } from '#shared/sampling-messages.ts'
import { isLive } from '#shared/run-status.ts'
import type { SamplingOptions } from '#shared/schemas/sampling.ts'
import type { DatasetRecord } from '#shared/schemas/dataset.ts'
import type { CheckpointChoice, DeviceChoice } from '#shared/schemas/run.ts'
import { widthOfFile } from '#shared/weight-averaging.ts'
import type { Store } from '../database/store.ts'
import type { RunService } from './run-service.ts'

/** What may be asked of an evaluation; what is left out is as in the command line. */
export interface EvaluateOptions {
  device?: DeviceChoice
  checkpoint?: CheckpointChoice | undefined
  sampling?: SamplingOptions
  /** Other images to compare with than those of the training. */
  against?: DatasetRecord | null
  count?: number
  seed?: number
  /** Whether to measure few network evaluations and the straightness of paths; default: no. */
  curve?: boolean
  /** Pairs of images to measure interpolations between; default: none. */
  pairs?: number
  job?: string
}

/** The width that was chosen for the average that a model samples with; a run in training samples with its own. */
function widthOf(
  { checkpoint, exact = false }: ModelSource,
  { isTraining, sampling }: { isTraining: boolean; sampling: SamplingOptions | undefined },
): number | null {
  const readsFile = checkpoint !== null && (exact || !isTraining)
  return readsFile && sampling?.weights !== 'raw' ? widthOfFile(checkpoint) : null
}

/** Evaluates runs on an engine and keeps the results in the history. */
export class Evaluations {
  private readonly store: Store
  private readonly runService: RunService
  private readonly engine: (request: EvaluateRequest) => Promise<Evaluation>

  constructor(options: {
    store: Store
    runService: RunService
    evaluate: (request: EvaluateRequest) => Promise<Evaluation>
  }) {
    this.store = options.store
    this.runService = options.runService
    this.engine = options.evaluate
  }

  /** The latest step first. */
  list(runId: string): EvaluationRecord[] {
    return this.store.evaluations.list(this.store.runs.key(runId))
  }

  /** @throws FlowerbedError `not-found` without the run's images, and what the engine throws */
  async evaluate(runId: string, options: EvaluateOptions = {}): Promise<EvaluationRecord> {
    const run = this.store.runs.get(runId)
    if (run.datasetId === null) {
      throw new FlowerbedError('not-found', errorText('run.imagesDeletedForEvaluation'), { where: run.name })
    }
    const { directory } = this.store.datasets.get(run.datasetId)
    const { against = null, device = run.deviceChoice, job } = options
    const sampling = options.sampling ?? { steps: defaultStepsOf(run.config) }
    const evaluation = await this.runService.withModel(
      runId,
      async (model) => ({
        width: widthOf(model, { isTraining: isLive(run), sampling }),
        ...(await this.engine({
          ...{ model, device, datasetDirectory: directory, excluded: this.store.runs.excluded(runId) },
          against: against && { datasetDirectory: against.directory, name: against.name },
          count: options.count ?? evaluationCounts.default,
          seed: options.seed ?? 1,
          curve: options.curve ?? false,
          interpolation: options.pairs === undefined ? null : { pairs: options.pairs },
          sampling,
          ...(job === undefined ? {} : { job }),
        })),
      }),
      options.checkpoint,
    )
    if (this.store.readOnly) return { ...evaluation, createdAt: Date.now() }
    return this.store.evaluations.add(this.store.runs.key(runId), evaluation)
  }
}
