import { settingKeys } from '#shared/schemas/run-config.ts'
import { resumableSettings } from '#shared/resume.ts'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { ImageShape } from '#shared/schemas/image.ts'
import { metricWords } from '#shared/schemas/run.ts'
import type { Values } from '../graph/program.ts'
import { outOfMemory } from '../backend/gpu-errors.ts'
import type { CheckpointInfo } from '../checkpoints/checkpoint.ts'

const advice =
  'The last checkpoint is safe. Resume from it with a lower learning rate or stronger gradient clipping: `flowerbed train --resume RUN --set learningRate=… --set clipNorm=…`.'

/** @throws FlowerbedError `non-finite` naming the first term that is no number, and the step */
export function checkFinite(values: Record<string, number>, step: number): void {
  // The terms come before their sum: they say more about where it broke.
  const names = Object.keys(values).sort((a, b) => Number(a === 'loss') - Number(b === 'loss'))
  const name = names.find((candidate) => !Number.isFinite(values[candidate]))
  if (name === undefined) return
  throw new FlowerbedError(
    'non-finite',
    `At step ${step}, ${metricWords[name]?.term ?? name} became ${values[name]}.`,
    { where: name, hint: advice },
  )
}

/** @throws FlowerbedError `non-finite` naming the array, so that a broken state never replaces a good save */
export function checkFiniteState(state: Values, step: number): void {
  for (const [name, values] of Object.entries(state)) {
    if (values.every((value) => Number.isFinite(value))) continue
    throw new FlowerbedError('non-finite', `At step ${step}, “${name}” holds numbers that are not finite.`, {
      where: name,
      hint: advice,
    })
  }
}

/** @throws FlowerbedError `conflict` naming the settings that a checkpoint does not fit, as they were and as they are */
export function checkResumable(options: {
  saved: CheckpointInfo
  config: RunConfig
  shape: ImageShape
}): void {
  const { saved, config, shape } = options
  const changed = settingKeys.filter(
    (key) => !resumableSettings.includes(key) && config[key] !== saved.config[key],
  )
  if (changed.length > 0) {
    const words = changed.map((key) => `${key} was ${saved.config[key]} and is ${config[key]}`)
    throw new FlowerbedError(
      'conflict',
      `The checkpoint was made with other settings: ${words.join(', ')}.`,
      {
        where: changed.join(', '),
        hint: `The checkpoint is safe. Set ${changed.length > 1 ? 'them' : 'it'} back to resume, or start a new run. What may change: ${resumableSettings.join(', ')}.`,
      },
    )
  }
  const size = ({ width, height, channels }: ImageShape) => `${width} × ${height} × ${channels}`
  if (size(saved.shape) !== size(shape)) {
    throw new FlowerbedError(
      'conflict',
      `The checkpoint was made with images of ${size(saved.shape)}, these are ${size(shape)}.`,
      { where: 'dataset', hint: 'The checkpoint is safe. Start a new run for these images.' },
    )
  }
}

/** The system's and TensorFlow's own words for a full disk and a full device, in ours; anything else as it came. */
export function inWords(thrown: unknown): unknown {
  if (thrown instanceof Error && 'code' in thrown && (thrown.code === 'ENOSPC' || thrown.code === 'EDQUOT')) {
    return new FlowerbedError('no-space', 'The disk is full.', {
      hint: 'Make room, then let the run go on from its last save.',
      cause: thrown,
    })
  }
  return outOfMemory(thrown) ?? thrown
}
