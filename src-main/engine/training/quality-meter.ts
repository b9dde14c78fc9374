import { setImmediate as nextTurn } from 'node:timers/promises'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import type { Estimate } from '#shared/schemas/evaluation.ts'
import type { Dataset } from '../../datasets/packed-dataset.ts'
import { Comparison } from '../evaluation/compare.ts'
import { FeatureExtractor } from '../evaluation/features.ts'
import { chooseImages } from '../evaluation/image-choice.ts'
import { pixelRows } from '../evaluation/pixel-rows.ts'
import type { Sampler } from '../sampling/sampler.ts'
import { mostDistanceSamples } from './interruptions.ts'
import { gridSampling } from './sample-grid.ts'

const cancelled = new FlowerbedError('cancelled', errorText('training.evaluationEnds'))

/** What samples are compared with: real images, and how far others of them are apart. */
interface Reference {
  count: number
  extractor: FeatureExtractor
  comparison: Comparison
  floor: Estimate
}

/** Measures the kernel distance of a run's samples while it trains. It has seeds of its own and changes nothing of the run. */
export class QualityMeter {
  private readonly dataset: Dataset
  private readonly indices: Uint32Array
  /** Made at the first measurement. */
  private reference: Reference | null = null

  /** @param options `indices`: the training images */
  constructor({ dataset, indices }: { dataset: Dataset; indices: Uint32Array }) {
    this.dataset = dataset
    this.indices = indices
  }

  /**
   * The kernel distance of samples, always from the same noise, and that of real images; null when cancelled meanwhile.
   * @throws FlowerbedError `bad-input` when there are too few images
   */
  async measure(
    sampler: Sampler,
    { config, isCancelled }: { config: RunConfig; isCancelled: () => boolean },
  ): Promise<{ kernelDistance: number; kernelDistanceFloor: number } | null> {
    const onPart = async () => {
      await nextTurn()
      if (isCancelled()) throw cancelled
    }
    try {
      const { count, extractor, comparison, floor } = (this.reference ??= await this.open(config, onPart))
      const { images } = await sampler.sample({
        ...{ ...gridSampling(config), count, seed: config.seed, onStep: onPart },
      })
      const features = await extractor.features(images, onPart)
      const { value } = await comparison.kernelDistance(features, onPart)
      return { kernelDistance: value, kernelDistanceFloor: floor.value }
    } catch (thrown) {
      if (thrown === cancelled) return null
      throw thrown
    }
  }

  dispose(): void {
    this.reference?.extractor.dispose()
    this.reference = null
  }

  private async open({ seed }: RunConfig, onPart: () => Promise<void>): Promise<Reference> {
    const choice = chooseImages({ training: this.indices, against: null, count: mostDistanceSamples, seed })
    const extractor = new FeatureExtractor(this.dataset.index.shape)
    try {
      const images = this.dataset.images(choice.reference)
      const reference = { features: await extractor.features(images, onPart), pixels: pixelRows(images) }
      const comparison = new Comparison(reference)
      const others = await extractor.features(this.dataset.images(choice.floor), onPart)
      const floor = await comparison.kernelDistance(others, onPart)
      return { count: choice.count, extractor, comparison, floor }
    } catch (thrown) {
      extractor.dispose()
      throw thrown
    }
  }
}
