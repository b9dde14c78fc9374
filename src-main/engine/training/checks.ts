import { settingKeys } from '#shared/schemas/run-config.ts'
import { resumableSettings } from '#shared/resume.ts'
import { changesOf } from '#shared/setting-changes.ts'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { ImageShape } from '#shared/schemas/image.ts'
import { metricLabels } from '#shared/schemas/run.ts'
import type { Values } from '../graph/program.ts'
import { toOutOfMemoryError } from '../backend/gpu-errors.ts'
import type { CheckpointInfo } from '../checkpoints/checkpoint.ts'

/** @throws FlowerbedError `non-finite` naming the first term that is not finite, and the step */
export function checkFinite(values: Record<string, number>, step: number): void {
  // A term is named before the sum of the terms, since it says more about the cause.
  const names = Object.keys(values).sort((a, b) => Number(a === 'loss') - Number(b === 'loss'))
  const name = names.find((candidate) => !Number.isFinite(values[candidate]))
  if (name === undefined) return
  throw new FlowerbedError(
    'non-finite',
    errorText('training.notFinite', {
      step,
      term: metricLabels[name]?.title ?? name,
      value: String(values[name]),
    }),
    { where: name },
  )
}

/** @throws FlowerbedError `non-finite` naming the array, so that a broken state never replaces a good checkpoint */
export function checkFiniteState(state: Values, step: number): void {
  for (const [name, values] of Object.entries(state)) {
    if (values.every((value) => Number.isFinite(value))) continue
    throw new FlowerbedError('non-finite', errorText('training.stateNotFinite', { step, name }), {
      where: name,
    })
  }
}

/** @throws FlowerbedError `conflict` naming the settings that differ from the checkpoint's, with both values */
export function checkResumable(options: {
  checkpoint: CheckpointInfo
  config: RunConfig
  shape: ImageShape
}): void {
  const { checkpoint, config, shape } = options
  const changed = settingKeys.filter(
    (key) => !resumableSettings.includes(key) && config[key] !== checkpoint.config[key],
  )
  if (changed.length > 0) {
    const changes = changesOf(changed, { before: checkpoint.config, after: config })
    const choices = resumableSettings.join(', ')
    const text =
      changed.length > 1
        ? errorText('checkpoint.otherSettings', { changes, choices })
        : errorText('checkpoint.otherSetting', { changes, choices })
    throw new FlowerbedError('conflict', text, { where: changed.join(', ') })
  }
  const size = ({ width, height, channels }: ImageShape) => `${width} × ${height} × ${channels}`
  if (size(checkpoint.shape) !== size(shape)) {
    throw new FlowerbedError(
      'conflict',
      errorText('checkpoint.otherShape', { checkpoint: size(checkpoint.shape), images: size(shape) }),
      { where: 'dataset' },
    )
  }
}

/** A `FlowerbedError` for what the system throws when the disk is full and TensorFlow when memory is; else what was thrown. */
export function translateError(thrown: unknown): unknown {
  if (thrown instanceof Error && 'code' in thrown && (thrown.code === 'ENOSPC' || thrown.code === 'EDQUOT')) {
    return new FlowerbedError('no-space', errorText('training.diskFull'), { cause: thrown })
  }
  return toOutOfMemoryError(thrown) ?? thrown
}
