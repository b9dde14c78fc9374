import { presetIds, presets } from '#shared/presets.ts'
import { settingKeys } from '#shared/schemas/run-config.ts'
import type { RunRecord } from '#shared/schemas/run.ts'

/** Quotes an argument for a POSIX shell where it has more than plain characters. */
const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`

/** The command that trains such a run; null where its preset is gone or its images are not square. */
export function trainCommand(
  run: Pick<RunRecord, 'name' | 'preset' | 'config' | 'shape'>,
  sources: readonly string[],
): string | null {
  const { width, height } = run.shape
  const preset = presetIds.find((id) => id === run.preset)
  if (!preset || width !== height) return null
  const { config } = presets[preset]
  const changed = settingKeys.filter((key) => run.config[key] !== config[key])
  return [
    ...['flowerbed', 'train', ...sources.map(quoted), '--preset', preset],
    ...['--image-size', String(width), '--name', quoted(run.name)],
    ...changed.flatMap((key) => ['--set', quoted(`${key}=${run.config[key]}`)]),
  ].join(' ')
}
