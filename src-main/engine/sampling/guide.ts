import { defaultGuideStep } from '#shared/guidance.ts'
import type { ModelSource } from '#shared/sampling-messages.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { Sampling } from '#shared/schemas/sampling.ts'
import { checkpointFile, checkpointFiles } from '../../files/checkpoint-names.ts'
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
  const files = await checkpointFiles(runDirectory)
  const guideStep = chooseGuide(runDirectory, { steps: [...files.keys()], step, asked: guideCheckpoint })
  const file = files.get(guideStep) ?? checkpointFile(guideStep)
  await sampler.useGuide(`${runDirectory}/${file}/${weights}`, async () => {
    const { state, info } = await loadCheckpoint(runDirectory, file)
    return samplingWeights(state, info.config, weights)
  })
  return guideStep
}

function chooseGuide(
  runDirectory: string,
  { steps, step, asked }: { steps: number[]; step: number; asked: number | null },
): number {
  if (asked !== null && asked >= step) {
    throw new FlowerbedError('bad-input', errorText('guide.notEarlier', { guide: asked, step }), {
      where: 'guideCheckpoint',
    })
  }
  const chosen = asked ?? defaultGuideStep(steps, step)
  if (chosen !== null && steps.includes(chosen)) return chosen
  const choices = steps.filter((one) => one < step).join(', ')
  const hint = choices === '' ? errorText('guide.trainLonger') : errorText('guide.chooseStep', { choices })
  const text =
    chosen === null
      ? errorText('guide.noneEarly', { step, hint })
      : errorText('guide.noneOfStep', { step: chosen, hint })
  throw new FlowerbedError('not-found', text, { where: runDirectory })
}
