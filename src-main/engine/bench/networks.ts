import type { RunConfig } from '#contract/config.ts'
import type { PictureShape } from '#contract/pictures.ts'
import { resolveConfig } from '#contract/presets.ts'
import { createSystem } from '../flow/create-system.ts'
import type { System } from '../flow/system.ts'
import { smallUnets } from './small-unets.ts'

export const benchNetworks = ['small-unets', 'ladder-5', 'default-64'] as const
export type BenchNetwork = (typeof benchNetworks)[number]

/** What is timed: a system, how it is trained, and pictures of which shape. */
export interface BenchCase {
  name: BenchNetwork
  config: RunConfig
  shape: PictureShape
  system: System
}

/** What is otherwise about a network than it usually is timed with. */
export interface BenchChanges {
  imageSize?: number
  set?: Record<string, unknown>
}

/** The networks that speed is told for: two small U-Nets, the reference's own, and our default at 64 × 64. */
export function benchCase(name: BenchNetwork, { imageSize, set }: BenchChanges = {}): BenchCase {
  const square = (side: number, channels: PictureShape['channels']): PictureShape => ({
    ...{ height: imageSize ?? side, width: imageSize ?? side, channels },
  })
  if (name === 'small-unets') {
    const shape = square(28, 1)
    const config = resolveConfig('balanced', {
      batch: 32,
      emaDecay: 0,
      clipNorm: 0,
      times: 'independent',
      timeShift: 1,
      ...set,
    })
    return { name, config, shape, system: smallUnets(shape) }
  }
  const ladder = name === 'ladder-5'
  const config = resolveConfig(ladder ? 'ladder-5-observation-noise' : 'balanced', set)
  const shape = ladder ? square(28, 1) : square(64, 3)
  return { name, config, shape, system: createSystem({ config, shape }) }
}
