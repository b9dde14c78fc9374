import { defaultGuideStep } from '#shared/guidance.ts'
import type { ModelSource } from '#shared/sampling-messages.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { Sampling } from '#shared/schemas/sampling.ts'
import { checkpointFile, checkpointSteps } from '../../files/checkpoint-names.ts'
import { loadCheckpoint } from '../checkpoints/checkpoint.ts'
import { samplingWeights } from '../checkpoints/state-names.ts'
import { guidedByLabel } from './guide-state.ts'
import type { Sampler } from './sampler.ts'

/**
 * Gives a sampler the weaker model that `sampling` asks for, from a checkpoint of the run before `step`.
 * @returns the step of that checkpoint; null without guidance or with guidance by labels
 * @throws FlowerbedError `not-found` when there is no such checkpoint, `bad-input` for one that is not earlier
 */
export async function prepareGuide(
  sampler: Sampler,
  { source, sampling, step }: { source: ModelSource; sampling: Sampling; step: number },
): Promise<number | null> {
  const { guidance, guideCheckpoint, weights } = sampling
  if (guidance === 1 || guidedByLabel(sampler.system, sampling)) return null
  const { runDirectory } = source
  const guideStep = await chooseGuide(runDirectory, { step, asked: guideCheckpoint })
  await sampler.useGuide(`${runDirectory}/${guideStep}/${weights}`, async () => {
    const { state, info } = await loadCheckpoint(runDirectory, checkpointFile(guideStep))
    return samplingWeights(state, info.config, weights)
  })
  return guideStep
}

async function chooseGuide(
  runDirectory: string,
  { step, asked }: { step: number; asked: number | null },
): Promise<number> {
  const steps = await checkpointSteps(runDirectory)
  if (asked !== null && asked >= step) {
    throw new FlowerbedError(
      'bad-input',
      `A guide is an earlier checkpoint, and step ${asked} is not before step ${step}.`,
      { where: 'guideCheckpoint' },
    )
  }
  const chosen = asked ?? defaultGuideStep(steps, step)
  if (chosen !== null && steps.includes(chosen)) return chosen
  const earlier = steps.filter((one) => one < step)
  throw new FlowerbedError(
    'not-found',
    chosen === null
      ? `This run has no checkpoint of at most half of its ${step} steps, which guidance needs.`
      : `This run has no checkpoint of step ${chosen} to guide with.`,
    {
      where: runDirectory,
      hint:
        earlier.length > 0
          ? `Choose one of step ${earlier.join(', ')} as guide, or sample without guidance.`
          : 'Sample without guidance, or train longer and keep more checkpoints.',
    },
  )
}
