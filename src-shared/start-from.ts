import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { changesOf } from '#shared/setting-changes.ts'
import type { ImageShape } from '#shared/schemas/image.ts'
import type { RunConfig, SettingKey } from '#shared/schemas/run-config.ts'

/** The settings that decide which weights a run has; a run that starts from another's weights shares them. */
export const weightSettings: readonly SettingKey[] = [
  ...(['network', 'hidden', 'patch', 'prediction', 'embeddingWidth', 'posterior', 'prior'] as const),
  ...(['code', 'codeMap', 'codeEncoderWidth', 'labels', 'augmentCondition'] as const),
]

/** The network of a run: its settings and the images it is for. */
interface NetworkOf {
  config: RunConfig
  shape: ImageShape
}

/**
 * Checks that a new run can start from another run's weights, as far as settings say; the engine compares the sizes of all
 * arrays.
 * @throws FlowerbedError `conflict` naming what differs
 */
export function checkStartable(parent: NetworkOf, child: NetworkOf): void {
  const differing = weightSettings.filter((key) => parent.config[key] !== child.config[key])
  const changes = changesOf(differing, { before: parent.config, after: child.config })
  if (parent.shape.channels !== child.shape.channels) {
    const channels = { before: parent.shape.channels, after: child.shape.channels }
    changes.push(errorText('settings.channelsChanged', channels))
  }
  if (changes.length === 0) return
  throw new FlowerbedError(
    'conflict',
    errorText('run.otherNetwork', { changes }),
    differing.length > 0 ? { where: differing.join(', ') } : {},
  )
}
