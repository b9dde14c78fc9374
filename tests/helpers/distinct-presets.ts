import type { RunConfig } from '#shared/schemas/run-config.ts'
import { presetIds, resolveConfig } from '#shared/presets.ts'
import type { PresetId } from '#shared/presets.ts'

/**
 * Presets that still differ once these settings are changed, the first of those that are then equal: `auto`, `fast`, `balanced`
 * and `quality` are one model in several widths.
 */
export function distinctPresets(changes: Partial<RunConfig>): PresetId[] {
  const seen = new Set<string>()
  return presetIds.filter((preset) => {
    const config = JSON.stringify({ ...resolveConfig(preset, changes), preset: undefined })
    return !seen.has(config) && seen.add(config)
  })
}
