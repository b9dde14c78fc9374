import type { EvaluateRequest } from '#shared/engine-messages.ts'
import type { Evaluation } from '#shared/schemas/evaluation.ts'
import { samplingOf } from '#shared/schemas/sampling.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import type { Dataset } from '../../datasets/packed-dataset.ts'
import { partOf } from '../sampling/sampling-jobs.ts'
import type { OnStep } from '../sampling/sampling-jobs.ts'
import { Comparison, beside } from './compare.ts'
import type { Vectors } from './compare.ts'
import type { EvaluationImages } from './evaluation-images.ts'
import { featureSize } from './feature-network.ts'
import { FeatureExtractor } from './features.ts'
import type { Generated } from './generate.ts'
import { interpolationQuality } from './interpolation-quality.ts'
import { pixelRows } from './pixel-rows.ts'
import { rowsFrom } from './rows.ts'
import type { Rows } from './rows.ts'
import { copiesInFeatures, copiesInPixels } from './training-copies.ts'

/** Images of a dataset that are read at once. */
const imagesAtOnce = 256

/** Measures what was generated against the images. The model is not needed any more. */
export async function measure(
  generated: Generated,
  images: EvaluationImages,
  { request, onStep }: { request: EvaluateRequest; onStep: OnStep },
): Promise<Omit<Evaluation, 'seconds'>> {
  const { step, evaluations, curve, straightness, reconstruction } = generated
  const { training, choice } = images
  const extractor = new FeatureExtractor(request.model.shape)
  try {
    const vectors = await allVectors(generated.samples, images, {
      extractor,
      onStep: partOf(onStep, [0, 0.5]),
    })
    const comparison = new Comparison(vectors.reference)
    const samples = await comparison.measure(vectors.samples, partOf(onStep, [0.5, 0.6]))
    const floor = await comparison.measure(vectors.floor, partOf(onStep, [0.6, 0.7]))
    const copied = (kind: keyof Vectors) => ({
      samples: vectors.samples[kind],
      originals: vectors.originals[kind],
      originalsAt: choice.originals,
    })
    const inPixels = await copiesInPixels(training, choice.searched, {
      ...{ copied: copied('pixels'), onBlock: partOf(onStep, [0.7, 0.8]) },
    })
    const inFeatures = await copiesInFeatures(
      { rows: vectors.featured, at: choice.featured },
      { copied: copied('features'), onBlock: partOf(onStep, [0.8, 0.82]) },
    )
    const points = []
    for (const [i, { evaluations: few, images: sampled }] of (curve?.samples ?? []).entries()) {
      const part = (share: number) => 0.82 + (0.12 * (i + share)) / (curve?.samples.length ?? 1)
      const features = await extractor.features(sampled, partOf(onStep, [part(0), part(0.9)]))
      const kernelDistance = await comparison.kernelDistance(features, partOf(onStep, [part(0.9), part(1)]))
      points.push({ evaluations: few, kernelDistance })
    }
    const interpolation =
      generated.interpolation &&
      (await interpolationQuality(generated.interpolation, {
        ...{ samples: vectors.samples.features, comparison, extractor, onStep: partOf(onStep, [0.94, 1]) },
      }))
    return {
      ...{ format: 1, step, count: choice.count, seed: request.seed, evaluations },
      ...{ reconstruction, straightness, interpolation },
      against: request.against?.name ?? null,
      images: request.against ? images.against.count : training.count,
      solver: samplingOf(request.sampling).solver,
      measures: beside(
        { ...samples, nearCopiesInPixels: inPixels.samples, nearCopiesInFeatures: inFeatures.samples },
        { ...floor, nearCopiesInPixels: inPixels.floor, nearCopiesInFeatures: inFeatures.floor },
      ),
      searched: { pixels: choice.searched.length, features: choice.featured.length },
      curve: curve && { solver: curve.solver, count: curve.samples[0]?.images.count ?? 0, points },
    }
  } finally {
    extractor.dispose()
  }
}

interface AllVectors extends Record<'samples' | 'reference' | 'floor' | 'originals', Vectors> {
  featured: Rows
}

/** Features and pixels of everything that is compared. */
async function allVectors(
  samples: PixelBatch,
  { training, against, choice, originals }: EvaluationImages,
  { extractor, onStep }: { extractor: FeatureExtractor; onStep: OnStep },
): Promise<AllVectors> {
  const { count } = choice
  const vectorsOf = async (batch: PixelBatch, part: [number, number]): Promise<Vectors> => ({
    features: await extractor.features(batch, partOf(onStep, part)),
    pixels: pixelRows(batch),
  })
  const sampled = await vectorsOf(samples, [0, 0.3])
  const featured = await featuresAt(training, choice.featured, {
    extractor,
    onStep: partOf(onStep, [0.3, 0.7]),
  })
  const known = (images: PixelBatch, first: number): Vectors => ({
    features: rowsFrom(featured, first, count),
    pixels: pixelRows(images),
  })
  const own = known(originals, 0)
  if (against === training)
    return {
      ...{ samples: sampled, originals: own, floor: own, featured },
      reference: known(training.images(choice.reference), count),
    }
  return {
    ...{ samples: sampled, originals: own, featured },
    reference: await vectorsOf(against.images(choice.reference), [0.7, 0.85]),
    floor: await vectorsOf(against.images(choice.floor), [0.85, 1]),
  }
}

/** Features of images of a dataset, which are read block by block. */
async function featuresAt(
  dataset: Dataset,
  indices: Uint32Array,
  { extractor, onStep }: { extractor: FeatureExtractor; onStep: OnStep },
): Promise<Rows> {
  const values = new Float32Array(indices.length * featureSize)
  for (let first = 0; first < indices.length; first += imagesAtOnce) {
    const some = indices.subarray(first, first + imagesAtOnce)
    const { shape } = dataset.index
    const batch = { ...shape, count: some.length, pixels: await dataset.read(some) }
    const { values: features } = await extractor.features(batch, (share) =>
      onStep((first + share * some.length) / indices.length),
    )
    values.set(features, first * featureSize)
  }
  return { count: indices.length, size: featureSize, values }
}
