import { computed } from 'vue'
import type { ComputedRef, ShallowRef } from 'vue'
import { automaticKeys, chosenByImages } from '#shared/automatic-settings.ts'
import type { PlannedLength } from '#shared/ipc/runs.ts'
import type { PresetId } from '#shared/presets.ts'
import type { AutomaticSetting } from '#shared/schemas/automatic.ts'
import type { SettingKey } from '#shared/schemas/run-config.ts'
import type { WorkerChoice } from '#shared/workers.ts'
import type { TrainingImages } from './run-choice.ts'
import { useRunDraft } from './run-draft.ts'
import type { RunDraft, SettingValue } from './run-draft.ts'
import { useLengthEstimate } from './use-memory-estimate.ts'

/** A draft with what its preset chooses: by the images at once, by the time and the device's speed when main answers. */
export function usePlannedDraft(options: {
  preset: PresetId | undefined
  changes: Partial<Record<SettingKey, SettingValue>> | undefined
  images: () => TrainingImages | null
  target: () => string | null
  workers: () => WorkerChoice | null
}): { draft: RunDraft; chosen: ComputedRef<AutomaticSetting[]>; length: ShallowRef<PlannedLength | null> } {
  const { images, target, workers } = options
  const draft: RunDraft = useRunDraft(options.preset, options.changes, () => chosen.value)
  const { estimate: length } = useLengthEstimate(() => {
    const known = draft.valid.value ? images() : null
    const settings = { preset: draft.preset.value, changes: draft.changes.value }
    return known && { ...settings, images: known, target: target(), workers: workers() }
  })
  const chosen = computed((): AutomaticSetting[] => {
    const known = images()
    const [preset, changes] = [draft.preset.value, draft.changes.value]
    if (!known) return []
    const byImages = chosenByImages(preset, changes, known)
    // The last answer may be for other settings.
    const others = (length.value?.chosen ?? []).filter(
      ({ key, because }) =>
        because !== 'imageSize' &&
        because !== 'fewImages' &&
        automaticKeys(preset).includes(key) &&
        changes[key] === undefined,
    )
    return [...byImages, ...others]
  })
  return { draft, chosen, length }
}
