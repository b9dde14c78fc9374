import { labelsOf } from '#shared/dataset-labels.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { AverageRequest, AverageResult, ComparedWidth } from '#shared/weight-averaging.ts'
import { Dataset } from '../../datasets/packed-dataset.ts'
import { loadCheckpoint, saveCheckpoint } from '../checkpoints/checkpoint.ts'
import type { Checkpoint } from '../checkpoints/checkpoint.ts'
import { checkDiskRoom } from '../checkpoints/disk-room.ts'
import { chosenState, measuredState, stateName, trainedState } from '../checkpoints/state-names.ts'
import { splitImages } from '../data/split.ts'
import { samplingPrecision } from '../graph/passes/lower.ts'
import type { Values } from '../graph/program.ts'
import { createSystem } from '../model/create-model.ts'
import { CodeTable } from '../sampling/code-table.ts'
import { Sampler } from '../sampling/sampler.ts'
import { partOf } from '../sampling/sampling-jobs.ts'
import type { OnStep } from '../sampling/sampling-jobs.ts'
import { WidthComparison } from './compare-widths.ts'
import { averagesOfWidths } from './widths.ts'
import type { WidthAverage } from './widths.ts'

/** The share of the work that reading snapshots takes beside comparing samples. */
const reading = 0.1
/** Bytes of a checkpoint's description and of the history beside its arrays. */
const otherBytes = 1_000_000

/**
 * Makes a checkpoint with the average of a width for sampling: of the only one asked for, or of the one whose samples are
 * nearest to the images. All else of the checkpoint stays, so that training resumes from it as before.
 * @throws FlowerbedError `bad-input` for a run without averages by power functions, `not-found` without the images where
 * they are needed, `no-space`, `cancelled`
 */
export async function makeAverage(request: AverageRequest, onStep: OnStep): Promise<AverageResult> {
  const { model, widths } = request
  if (model.checkpoint === null)
    throw new FlowerbedError('not-found', errorText('sampling.noCheckpoint'), { where: model.runId })
  const checkpoint = await loadCheckpoint(model.runDirectory, model.checkpoint)
  const { step, config } = checkpoint.info
  if (config.emaKind !== 'power')
    throw new FlowerbedError('bad-input', errorText('average.constantDecay'), { where: model.runId })
  await checkRoom(model.runDirectory, checkpoint)
  const compares = widths.length > 1
  const { averages, snapshots } = await averagesOfWidths(model.runDirectory, {
    ...{ checkpoint, widths },
    onStep: partOf(onStep, [0, compares ? reading : 1]),
  })
  const models = new AverageModels(request, checkpoint)
  try {
    const compared = compares
      ? await compareAll(averages, { models, request, onStep: partOf(onStep, [reading, 1]) })
      : averages.map(({ width, profileError }) => ({ width, profileError, kernelDistance: null }))
    const best = bestOf(compared)
    const chosen = averages[best] as WidthAverage
    const { width, profileError, weights } = chosen
    const record = await saveCheckpoint({
      runDirectory: model.runDirectory,
      info: { ...checkpoint.info, average: { width, profileError } },
      state: {
        ...trainedState(checkpoint.state),
        ...chosenState(weights),
        ...measuredState(models.codes(weights)),
      },
      shapes: { ...checkpoint.shapes, ...shapesOfChosen(checkpoint, weights) },
    })
    return { step, width, compared, count: models.compared, snapshots, record }
  } finally {
    models.dispose()
  }
}

async function compareAll(
  averages: WidthAverage[],
  { models, request, onStep }: { models: AverageModels; request: AverageRequest; onStep: OnStep },
): Promise<ComparedWidth[]> {
  const comparison = await models.comparison(request, partOf(onStep, [0, 0.1]))
  const compared: ComparedWidth[] = []
  for (const [i, { width, profileError, weights }] of averages.entries()) {
    const part = partOf(onStep, [0.1 + (0.9 * i) / averages.length, 0.1 + (0.9 * (i + 1)) / averages.length])
    const kernelDistance = await comparison.measure({ ...weights, ...models.codes(weights) }, part)
    compared.push({ width, profileError, kernelDistance })
  }
  return compared
}

/** The position of the smallest distance; of the first where there is none. */
function bestOf(compared: ComparedWidth[]): number {
  const distances = compared.map(({ kernelDistance }) => kernelDistance?.value ?? Infinity)
  return Math.max(0, distances.indexOf(Math.min(...distances)))
}

/** What the averages are used with: the images of the run, its sampler and its codes; each is made when first needed. */
class AverageModels {
  compared = 0
  private readonly checkpoint: Checkpoint
  private readonly request: AverageRequest
  private dataset: Dataset | null = null
  private codeTable: CodeTable | null = null
  private widths: WidthComparison | null = null

  constructor(request: AverageRequest, checkpoint: Checkpoint) {
    this.request = request
    this.checkpoint = checkpoint
  }

  /** The prior of codes with some weights; empty without a code. */
  codes(weights: Values): Values {
    const { config } = this.checkpoint.info
    if (config.code === 0) return {}
    this.codeTable ??= new CodeTable({
      ...{ system: this.system(), dataset: this.images() },
      indices: splitImages({ count: this.images().count, share: config.validationShare, seed: config.seed })
        .training,
    })
    return this.codeTable.measure(weights)
  }

  async comparison(request: AverageRequest, onStep: OnStep): Promise<WidthComparison> {
    const { shape, labels, machine } = this.checkpoint.info
    const precision = samplingPrecision(machine)
    const sampler = new Sampler({ ...{ system: this.system(), shape, labels, precision } })
    this.widths = new WidthComparison({ request, dataset: this.images(), sampler })
    await this.widths.open(onStep)
    this.compared = this.widths.count
    return this.widths
  }

  dispose(): void {
    this.codeTable?.dispose()
    this.widths?.dispose()
    this.dataset?.close()
  }

  private system() {
    const { config, shape, labels } = this.checkpoint.info
    return createSystem({ config, shape, labelCount: labels.length })
  }

  private images(): Dataset {
    const { datasetDirectory, excluded, model } = this.request
    if (datasetDirectory === null)
      throw new FlowerbedError('not-found', errorText('run.imagesDeleted'), { where: model.runId })
    this.dataset ??= new Dataset(datasetDirectory, excluded ? { excluded } : {})
    const labels = labelsOf(this.checkpoint.info.config, this.dataset.index.labels)
    if (labels.length !== this.checkpoint.info.labels.length)
      throw new FlowerbedError('conflict', errorText('average.otherLabels'), { where: datasetDirectory })
    return this.dataset
  }
}

function shapesOfChosen({ shapes }: Checkpoint, weights: Values): Record<string, number[]> {
  const named = Object.keys(chosenState(weights))
  return Object.fromEntries(
    Object.keys(weights).map((name, i) => [named[i] ?? '', shapes[stateName('ema', name)] ?? []]),
  )
}

/** @throws FlowerbedError `no-space` where the disk has no room for one more checkpoint with a further average */
async function checkRoom(runDirectory: string, { state }: Checkpoint): Promise<void> {
  const bytes = Object.values(state).reduce((sum, { byteLength }) => sum + byteLength, 0)
  const needed = 1.25 * bytes + otherBytes
  await checkDiskRoom(runDirectory, { needed, text: 'average.noRoom' })
}
