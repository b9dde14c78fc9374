import type { PresetId } from '#shared/presets.ts'
import type { DatasetRecord } from '#shared/schemas/dataset.ts'
import type { ImageShape } from '#shared/schemas/image.ts'
import type { DeviceChoice } from '#shared/schemas/run.ts'
import type { SettingKey } from '#shared/schemas/run-config.ts'
import type { WorkerChoice } from '#shared/workers.ts'
import type { SettingValue } from './run-draft.ts'

/** The images that a run is set up for; they need not be imported yet. */
export interface TrainingImages {
  name: string
  shape: ImageShape
  /** Without those that are excluded. */
  count: number
  labels: string[]
}

/** The images of a dataset that a new run trains on. */
export function trainingImages({ name, shape, count, excludedCount, labels }: DatasetRecord): TrainingImages {
  return { name, shape, count: count - excludedCount, labels }
}

/** What was chosen of a new run. */
export interface RunChoice {
  preset: PresetId
  /** The settings that differ from the preset's. */
  changes: Partial<Record<SettingKey, SettingValue>>
  name?: string
  device?: DeviceChoice
  workers?: WorkerChoice
  target?: string
  /** In the queue, not before this time, in ms since 1970. */
  startAt?: number
}
