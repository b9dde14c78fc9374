import type { Between, Details, Easing, Pace } from '#shared/sampling-messages.ts'
import type { CheckpointChoice, DeviceChoice } from '#shared/schemas/run.ts'
import type { EncodingFlags, SamplingFlags } from '../../support/options.ts'
import type { AnimationFlags } from '../../support/write-images.ts'

export interface GridSize {
  rows: number
  columns: number
}

/** Strengths of a latent shift: one where both are equal. */
export interface StrengthRange {
  from: number
  to: number
}

export interface InterpolateOptions extends SamplingFlags, EncodingFlags, AnimationFlags {
  frames: number
  mode: Between
  details: Details
  pace: Pace
  easing: Easing
  closed?: boolean
  grid?: GridSize
  /** `true` where no image follows: as a required list it would take the next option for one. */
  add?: string[] | true
  addLabel?: string
  subtract?: string[] | true
  subtractLabel?: string
  strength: StrengthRange
  out: string
  checkpoint?: CheckpointChoice
  device: DeviceChoice
  dataDir?: string
  json?: boolean
}

/** The arguments of `flowerbed interpolate`. */
export interface InterpolateArguments {
  run: string
  images: string[]
  options: InterpolateOptions
}

/** The file beside a sheet that holds the images it was made from. */
export const originalsFile = (sheet: string) => `${sheet.replace(/\.[a-z]+$/, '')}-originals.png`
