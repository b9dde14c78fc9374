import { curveEvaluations } from '#shared/schemas/evaluation.ts'
import type { Evaluation } from '#shared/schemas/evaluation.ts'
import { encodersOf } from '#shared/encoders.ts'
import type { EncoderName, EvaluateRequest } from '#shared/engine-messages.ts'
import { multistepSolver, samplingOf } from '#shared/schemas/sampling.ts'
import type { SolverName } from '#shared/schemas/sampling.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { tableaus } from '../model/flow/solver.ts'
import { latentsOf } from '../sampling/encode.ts'
import { partOf } from '../sampling/sampling-jobs.ts'
import type { OnStep } from '../sampling/sampling-jobs.ts'
import type { Sampler } from '../sampling/sampler.ts'
import { differences } from '../sampling/source-images.ts'
import { meanEstimate } from './estimate.ts'

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
  reconstruction: Evaluation['reconstruction']
}

/** Network evaluations of one step, about; an adaptive solver chooses its steps itself. */
const evaluationsPerStep = (solver: SolverName): number =>
  solver === multistepSolver ? 1 : tableaus[solver].c.length

/** Network evaluations of all that is generated. */
export function generatingWork(request: EvaluateRequest, count: number): number {
  const { solver, steps } = samplingOf(request.sampling)
  const curve = request.curve ? curveEvaluations.reduce((sum, each) => sum + each, 0) : 0
  return count * steps * evaluationsPerStep(solver) + Math.min(count, curveSamples) * curve
}

/** How the samples of the few-step curve are generated: by the solver of few steps, on the grid that is best for it. */
const curveSampling = { solver: multistepSolver, timeGrid: 'karras' } as const

/** Generates the samples of an evaluation and reconstructs some of the `originals`. */
export async function generate(
  sampler: Sampler,
  request: EvaluateRequest,
  context: { count: number; originals: PixelBatch; step: number; onStep: OnStep },
): Promise<Generated> {
  const { count, originals, step } = context
  const { seed } = request
  const sampling = samplingOf(request.sampling)
  const encoders = encodersOf(request.model.config)
  const perImage = sampling.steps * evaluationsPerStep(sampling.solver)
  const curveCount = Math.min(count, curveSamples, Math.floor(curveBytes / imageBytes(originals)))
  const few = imagesFrom(originals, Math.min(reconstructed, originals.count))
  // Shares of the progress, in network evaluations.
  const work = [
    count * perImage,
    ...(request.curve ? curveEvaluations.map((evaluations) => curveCount * evaluations) : []),
    ...encoders.map((name) => few.count * perImage * (name === 'inversion' ? 2 : 1)),
  ]
  const next = partsOf(work, context.onStep)
  const { images: samples, evaluations } = await sampler.sample({ ...sampling, count, seed, onStep: next() })
  const curve = []
  for (const steps of request.curve ? curveEvaluations : []) {
    const onStep = next()
    const { images, evaluations: taken } = await sampler.sample({
      ...sampling,
      ...curveSampling,
      steps,
      count: curveCount,
      seed,
      onStep,
    })
    curve.push({ evaluations: Math.round(taken), images })
  }
  const reconstruction = []
  for (const encoder of encoders) {
    const errors = await reconstructionErrors(sampler, few, {
      request: { ...request, encoder },
      onStep: next(),
    })
    reconstruction.push({ encoder, images: few.count, error: meanEstimate(errors) })
  }
  return {
    step,
    samples,
    evaluations,
    curve: request.curve ? { solver: multistepSolver, samples: curve } : null,
    reconstruction,
  }
}

async function reconstructionErrors(
  sampler: Sampler,
  images: PixelBatch,
  { request, onStep }: { request: EvaluateRequest & { encoder: EncoderName }; onStep: OnStep },
): Promise<number[]> {
  const half = request.encoder === 'inversion' ? 0.5 : 0
  const latents = await latentsOf(sampler, images, { request, onStep: partOf(onStep, [0, half]) })
  const sampling = samplingOf(request.sampling)
  return differences(
    images,
    await sampler.generate(latents, { ...sampling, onStep: partOf(onStep, [half, 1]) }),
  )
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
