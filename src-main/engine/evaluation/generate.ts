import { curveEvaluations } from '#shared/schemas/evaluation.ts'
import type { Estimate, Evaluation } from '#shared/schemas/evaluation.ts'
import { defaultEncoder, encodersOf } from '#shared/encoders.ts'
import type { EvaluateRequest } from '#shared/engine-messages.ts'
import type { EncoderName } from '#shared/sampling-messages.ts'
import { evaluationsOf, multistepSolver, samplingOf } from '#shared/schemas/sampling.ts'
import type { SolverName } from '#shared/schemas/sampling.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { latentsOf, stepsOf } from '../sampling/encode.ts'
import { inversionWork } from '../sampling/inversion.ts'
import { partOf } from '../sampling/sampling-jobs.ts'
import type { OnStep } from '../sampling/sampling-jobs.ts'
import type { Sampler } from '../sampling/sampler.ts'
import { differences } from '../sampling/source-images.ts'
import { meanEstimate } from './estimate.ts'
import { evennessWork, measureEvenness } from './evenness.ts'
import type { EvennessReport } from './evenness.ts'
import { measureStraightness, straightnessWork } from './straightness.ts'

/** Samples of the few-step curve: fewer than of the main comparison, since there are as many for each number of steps. */
const curveSamples = 500
const curveBytes = 2 ** 26
const reconstructed = 64

/** What an evaluation needs of the model, which is lent for this only. */
export interface Generated {
  step: number
  samples: PixelBatch
  evaluations: number
  curve: { solver: SolverName; samples: { evaluations: number; images: PixelBatch }[] } | null
  straightness: Estimate | null
  reconstruction: Evaluation['reconstruction']
  interpolation: (EvennessReport & { encoder: EncoderName }) | null
}

/** Network evaluations of the parts of what is generated, in their order. */
function partsOfWork(request: EvaluateRequest, options: { count: number; curveCount: number }): number[] {
  const { count, curveCount } = options
  const sampling = samplingOf(request.sampling)
  const perImage = evaluationsOf(sampling)
  const { curve, interpolation } = request
  return [
    count * perImage,
    ...(curve ? curveEvaluations.map((evaluations) => curveCount * evaluations) : []),
    ...(curve ? [straightnessWork(count)] : []),
    ...encodersOf(request.model.config).map(
      (name) =>
        Math.min(reconstructed, count) * (perImage + (name === 'inversion' ? inversionWork(sampling) : 0)),
    ),
    ...(interpolation
      ? [evennessWork({ ...interpolation, sampling, encoder: defaultEncoder(request.model.config) })]
      : []),
  ]
}

/** Network evaluations of all that is generated, about. */
export function generatingWork(request: EvaluateRequest, count: number): number {
  const curveCount = Math.min(count, curveSamples)
  return partsOfWork(request, { count, curveCount }).reduce((sum, each) => sum + each, 0)
}

/** How the samples of the few-step curve are generated: by the solver of few steps, on the grid that is best for it. */
const curveSampling = { solver: multistepSolver, timeGrid: 'auto' } as const

/** Generates the samples of an evaluation and reconstructs some of the `originals`. */
export async function generate(
  sampler: Sampler,
  request: EvaluateRequest,
  context: {
    count: number
    originals: PixelBatch
    /** The label of each sample. */
    labels: Float32Array | undefined
    step: number
    onStep: OnStep
  },
): Promise<Generated> {
  const { count, originals, labels, step } = context
  const { seed } = request
  const sampling = samplingOf(request.sampling)
  const encoders = encodersOf(request.model.config)
  const curveCount = Math.min(count, curveSamples, Math.floor(curveBytes / imageBytes(originals)))
  const few = imagesFrom(originals, Math.min(reconstructed, originals.count))
  const next = partsOf(partsOfWork(request, { count, curveCount }), context.onStep)
  const { images: samples, evaluations } = await sampler.sample({
    ...{ ...sampling, count, seed, labels },
    onStep: next(),
  })
  const curve = []
  for (const steps of request.curve ? curveEvaluations : []) {
    const onStep = next()
    const { images, evaluations: taken } = await sampler.sample({
      ...sampling,
      ...curveSampling,
      steps,
      count: curveCount,
      seed,
      labels,
      onStep,
    })
    curve.push({ evaluations: Math.round(taken), images })
  }
  const straightness = request.curve
    ? await measureStraightness(sampler, { count, seed, onStep: next() })
    : null
  const reconstruction = []
  for (const encoder of encoders) {
    const errors = await reconstructionErrors(sampler, few, {
      request: { ...request, encoder },
      onStep: next(),
    })
    reconstruction.push({ encoder, images: few.count, error: meanEstimate(errors) })
  }
  const encoder = defaultEncoder(request.model.config)
  const interpolation = request.interpolation && {
    encoder,
    ...(await measureEvenness(sampler, { ...request, ...request.interpolation, encoder, onStep: next() })),
  }
  return {
    ...{ step, samples, evaluations, straightness, reconstruction, interpolation },
    curve: request.curve ? { solver: multistepSolver, samples: curve } : null,
  }
}

async function reconstructionErrors(
  sampler: Sampler,
  images: PixelBatch,
  { request, onStep }: { request: EvaluateRequest & { encoder: EncoderName }; onStep: OnStep },
): Promise<number[]> {
  const steps = stepsOf(request, { encoded: images.count, generated: images.count, onStep })
  const latents = await latentsOf(sampler, images, { request, onStep: steps.encoding })
  const sampling = samplingOf(request.sampling)
  return differences(images, await sampler.generate(latents, { ...sampling, onStep: steps.sampling }))
}

/** Hands out parts of a progress in proportion to their work. */
function partsOf(work: number[], onStep: OnStep): () => OnStep {
  const total = work.reduce((sum, each) => sum + each, 0)
  let [part, done] = [0, 0]
  return () => {
    const from = done
    done += work[part++] ?? 0
    return partOf(onStep, [from / total, done / total])
  }
}

function imagesFrom(batch: PixelBatch, count: number): PixelBatch {
  return { ...batch, count, pixels: batch.pixels.subarray(0, count * (batch.pixels.length / batch.count)) }
}
