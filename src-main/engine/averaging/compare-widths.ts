import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { Compared, Estimate } from '#shared/schemas/evaluation.ts'
import { samplingOf } from '#shared/schemas/sampling.ts'
import { comparedCounts } from '#shared/weight-averaging.ts'
import type { AverageRequest } from '#shared/weight-averaging.ts'
import type { Dataset } from '../../datasets/packed-dataset.ts'
import { splitImages } from '../data/split.ts'
import { Comparison } from '../evaluation/compare.ts'
import { labelsOfSamples } from '../evaluation/evaluation-images.ts'
import { FeatureExtractor } from '../evaluation/features.ts'
import { chooseImages } from '../evaluation/image-choice.ts'
import type { ImageChoice } from '../evaluation/image-choice.ts'
import { pixelRows } from '../evaluation/pixel-rows.ts'
import type { Values } from '../graph/program.ts'
import { partOf } from '../sampling/sampling-jobs.ts'
import type { OnStep } from '../sampling/sampling-jobs.ts'
import type { Sampler } from '../sampling/sampler.ts'

/** The share of the work of a width that generating takes; the rest is comparing. */
const generating = 0.7

/**
 * The kernel distance of samples of several averages of a run, all from the same noise and compared with the same images, so
 * that their differences are surer than each of them.
 */
export class WidthComparison {
  private readonly request: AverageRequest
  private readonly dataset: Dataset
  private readonly sampler: Sampler
  private readonly choice: ImageChoice
  private readonly extractor: FeatureExtractor
  private reference: { comparison: Comparison; floor: Estimate } | null = null

  /** Takes the sampler over. @throws FlowerbedError `bad-input` for a count out of range or too few images */
  constructor(options: { request: AverageRequest; dataset: Dataset; sampler: Sampler }) {
    const { request, dataset, sampler } = options
    const { count, seed, model } = request
    const { min, max } = comparedCounts
    if (!Number.isInteger(count) || count < min || count > max)
      throw new FlowerbedError('bad-input', errorText('evaluation.count', { min, max }), { where: 'count' })
    const { validationShare: share, seed: splitSeed } = model.config
    const { training } = splitImages({ count: dataset.count, share, seed: splitSeed })
    this.request = request
    this.dataset = dataset
    this.sampler = sampler
    this.choice = chooseImages({ training, against: null, count, seed })
    this.extractor = new FeatureExtractor(dataset.index.shape)
  }

  get count(): number {
    return this.choice.count
  }

  /** Computes what all averages are compared with. */
  async open(onStep: OnStep): Promise<void> {
    const { dataset, choice, extractor } = this
    const images = dataset.images(choice.reference)
    const features = await extractor.features(images, partOf(onStep, [0, 0.4]))
    const comparison = new Comparison({ features, pixels: pixelRows(images) })
    const others = await extractor.features(dataset.images(choice.floor), partOf(onStep, [0.4, 0.8]))
    const floor = await comparison.kernelDistance(others, partOf(onStep, [0.8, 1]))
    this.reference = { comparison, floor }
  }

  /** The kernel distance of samples with these weights and codes. */
  async measure(weights: Values, onStep: OnStep): Promise<Compared> {
    const { sampler, dataset: training, choice, extractor, request } = this
    if (!this.reference) throw new Error('The comparison was not opened.')
    const { comparison, floor } = this.reference
    sampler.setWeights(weights)
    const { images } = await sampler.sample({
      ...{ ...samplingOf(request.sampling), count: choice.count, seed: request.seed },
      labels: labelsOfSamples({ training, choice }, sampler.system.labelCount),
      onStep: partOf(onStep, [0, generating]),
    })
    const features = await extractor.features(images, partOf(onStep, [generating, 0.95]))
    return { ...(await comparison.kernelDistance(features, partOf(onStep, [0.95, 1]))), floor }
  }

  dispose(): void {
    this.sampler.dispose()
    this.extractor.dispose()
  }
}
