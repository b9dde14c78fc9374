import type { AutomaticChoice } from '#shared/schemas/automatic.ts'
import { networkSettings } from '#shared/schemas/settings/network.ts'
import type { SettingKey } from '#shared/schemas/run-config.ts'

/** The settings that decide what a step costs. */
export const costKeys: readonly SettingKey[] = [
  ...(Object.keys(networkSettings) as (keyof typeof networkSettings)[]),
  ...([
    'batch',
    'accumulate',
    'code',
    'codeMap',
    'labels',
    'posterior',
    'prior',
    'coupling',
    'optimizer',
    'precision',
  ] as const),
]

/** What one training step computes, counted from the shapes of its operations. */
export interface StepCost {
  /** Multiplications and additions of convolutions and matrix products. */
  flops: number
  operations: number
}

/** The speed by which a step is estimated; see `AutomaticChoice`. */
export type KnownSpeed = NonNullable<AutomaticChoice['speed']>

/** Seconds that a step is expected to take. */
export function stepSeconds({ flops, operations }: StepCost, { measured, correction }: KnownSpeed): number {
  const { flopsPerSecond, secondsPerOperation } = measured
  return correction * (flops / flopsPerSecond + operations * secondsPerOperation)
}

/** The cost of a step with `times` as many images. */
export const costOfBatch = ({ flops, operations }: StepCost, times: number): StepCost => ({
  flops: flops * times,
  operations,
})
