import type { RunConfig } from '#shared/schemas/run-config.ts'
import { imageShapeSchema } from '#shared/schemas/image.ts'
import type { ImageShape } from '#shared/schemas/image.ts'
import { fittedChanges } from '#shared/automatic-settings.ts'
import { resolveConfig } from '#shared/presets.ts'
import { createSystem } from '../../src-main/engine/model/create-model.ts'
import type { System } from '../../src-main/engine/model/flow/system.ts'
import { smallUnets } from './small-unets.ts'

export const benchNetworks = ['small-unets', 'ladder-5', 'default-64', 'auto-28'] as const
export type BenchNetwork = (typeof benchNetworks)[number]

/** The default preset chooses other settings for few images. */
const manyImages = 60_000

/** What is timed: a model, its configuration and the shape of its images. */
export interface BenchCase {
  name: BenchNetwork
  config: RunConfig
  shape: ImageShape
  system: System
}

/** Changes to a case's defaults. */
export interface BenchChanges {
  /** Settings of the run, such as `batch` or `hidden`. */
  settings?: Record<string, unknown>
  /** Width and height of the images. */
  imageSize?: number
}

/**
 * The networks of the benchmarks: two small U-Nets, the reference's network, `pixel-posterior` at 64 × 64, and the default at 28 × 28.
 * @throws FlowerbedError or ZodError for settings and sizes that no run can have
 */
export function benchCase(name: BenchNetwork, changes: BenchChanges = {}): BenchCase {
  const { imageSize } = changes
  const settings = { precision: 'fp32', ...changes.settings }
  const square = (size: number, channels: ImageShape['channels']): ImageShape => {
    const side = imageSize ?? size
    return imageShapeSchema.parse({ height: side, width: side, channels })
  }
  if (name === 'small-unets') {
    const shape = square(28, 1)
    const config = resolveConfig('pixel-posterior', {
      hidden: 32,
      batch: 32,
      emaDecay: 0,
      clipNorm: 0,
      times: 'independent',
      timeShift: 1,
      ...settings,
    })
    return { name, config, shape, system: smallUnets(shape, config.hidden) }
  }
  if (name === 'auto-28') {
    const shape = square(28, 1)
    const config = resolveConfig('auto', fittedChanges('auto', settings, { shape, count: manyImages }))
    return { name, config, shape, system: createSystem({ config, shape }) }
  }
  const ladder = name === 'ladder-5'
  const config = resolveConfig(ladder ? 'ladder-5-observation-noise' : 'pixel-posterior', settings)
  const shape = ladder ? square(28, 1) : square(64, 3)
  return { name, config, shape, system: createSystem({ config, shape }) }
}
