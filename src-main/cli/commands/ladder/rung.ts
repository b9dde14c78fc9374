import type { EncoderName } from '#shared/sampling-messages.ts'
import type { SettingChange } from '#shared/ladder.ts'
import type { PresetId } from '#shared/presets.ts'
import type { trainAnswer } from '../../support/train-run.ts'

/** One rung as the report shows it. */
export interface Rung {
  preset: PresetId
  title: string
  summary: string
  /** Settings that differ from the rung before it; empty for the first. */
  changes: SettingChange[]
  run: ReturnType<typeof trainAnswer>
  /** File names beside the report. */
  samples: string
  reconstruction: string
  /** RMS difference of images and their reconstructions in [0, 1], encoded by the rung's encoder. */
  reconstructionError: number[]
  encoder: EncoderName
  /** Velocity loss by step, averaged to a few points. */
  curve: { step: number; seconds: number; velocity: number }[]
}
