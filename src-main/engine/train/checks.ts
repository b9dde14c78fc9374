import type { RunConfig, SettingKey } from '#contract/config.ts'
import { FlowerbedError } from '#contract/errors.ts'
import type { PictureShape } from '#contract/pictures.ts'
import { metricWords } from '#contract/run.ts'
import type { Values } from '../compile/program.ts'
import { outOfMemory } from '../runtime/card-trouble.ts'
import type { CheckpointInfo } from './checkpoint.ts'

const advice =
  'Resume from the last save with a lower learning rate or shorter longest correction (clipNorm).'

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

/** What may differ between a save and the run that goes on from it: how long, how to watch, how to save. */
const free: SettingKey[] = [
  'steps',
  'epochs',
  'minutes',
  'sampleEvery',
  'sampleCount',
  'sampleSteps',
  'checkpointEvery',
  'checkpointKeep',
]

/** @throws FlowerbedError `conflict` naming the first setting that a save does not fit */
export function checkResumable(options: {
  saved: CheckpointInfo
  config: RunConfig
  shape: PictureShape
}): void {
  const { saved, config, shape } = options
  const differs = (Object.keys(config) as SettingKey[]).find(
    (key) => !free.includes(key) && config[key] !== saved.config[key],
  )
  if (differs !== undefined) {
    throw new FlowerbedError(
      'conflict',
      `The save was made with ${differs} ${saved.config[differs]}, not ${config[differs]}.`,
      { where: differs, hint: 'Start a new run to change it.' },
    )
  }
  const size = ({ width, height, channels }: PictureShape) => `${width} × ${height} × ${channels}`
  if (size(saved.shape) !== size(shape)) {
    throw new FlowerbedError(
      'conflict',
      `The save was made with pictures of ${size(saved.shape)}, these are ${size(shape)}.`,
      { where: 'dataset', hint: 'Start a new run for these pictures.' },
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
