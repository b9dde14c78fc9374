import type { EvaluateRequest } from '#shared/engine-messages.ts'
import type { Evaluation } from '#shared/schemas/evaluation.ts'
import { partOf } from '../sampling/sampling-jobs.ts'
import type { OnStep, SamplingJobs } from '../sampling/sampling-jobs.ts'
import type { Sampler } from '../sampling/sampler.ts'
import { labelsOfSamples, openImages } from './evaluation-images.ts'
import { generate, generatingWork } from './generate.ts'
import type { Generated } from './generate.ts'
import { measure } from './measure.ts'

/** About how many network evaluations take as long as computing an image's features. */
const featureWork = 8

/**
 * Evaluates a run: generates samples, for which `withSampler` lends the model, then compares them with images.
 * @throws FlowerbedError `bad-input` for a request that cannot be met, `cancelled`
 */
export async function evaluate(
  request: EvaluateRequest,
  options: {
    jobs: SamplingJobs
    withSampler: (
      work: (sampler: Sampler, context: { step: number; onStep: OnStep }) => Promise<Generated>,
    ) => Promise<Generated>
  },
): Promise<Evaluation> {
  const { jobs, withSampler } = options
  const startedAt = performance.now()
  const images = openImages(request)
  try {
    const { originals, choice } = images
    const work = generatingWork(request, choice.count)
    const generating = work / (work + featureWork * (choice.count + choice.featured.length))
    const generated = await withSampler((sampler, { step, onStep }) =>
      generate(sampler, request, {
        ...{ count: choice.count, originals, step },
        labels: labelsOfSamples(images, sampler.system.labelCount),
        onStep: partOf(onStep, [0, generating]),
      }),
    )
    const evaluation = await jobs.run(request.job, (onStep) =>
      measure(generated, images, { request, onStep: partOf(onStep, [generating, 1]) }),
    )
    return { ...evaluation, seconds: (performance.now() - startedAt) / 1000 }
  } finally {
    images.close()
  }
}
