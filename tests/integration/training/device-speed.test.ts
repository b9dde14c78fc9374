import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fittedChanges } from '#shared/automatic-settings.ts'
import { resolveConfig } from '#shared/presets.ts'
import { deviceSpeedSchema } from '#shared/schemas/automatic.ts'
import { loadTensorFlow } from '../../../src-main/engine/backend/load.ts'
import { deviceSpeed, speedOf } from '../../../src-main/engine/training/device-speed.ts'
import { stepCost } from '../../../src-main/engine/training/step-costs.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

const folder = temporaryFolder('speed')
afterAll(() => folder.remove())
beforeAll(() => void loadTensorFlow({ device: 'cpu' }))

describe('the speed of the device', () => {
  it('is measured once and then read from the file', async () => {
    const loaded = loadTensorFlow()
    const measured = await deviceSpeed(loaded, folder.path)
    expect(deviceSpeedSchema.parse(measured)).toEqual(measured)
    expect(measured.device).toBe(loaded.deviceName)
    const file = join(folder.path, 'speeds.json')
    const stored = JSON.parse(readFileSync(file, 'utf8')) as Record<string, typeof measured>
    const [key = ''] = Object.keys(stored)
    expect(key).toContain(loaded.tensorflowVersion)
    writeFileSync(file, JSON.stringify({ [key]: { ...measured, flopsPerSecond: 123 } }))
    expect((await deviceSpeed(loaded, folder.path)).flopsPerSecond).toBe(123)
    writeFileSync(file, '{ damaged')
    expect((await deviceSpeed(loaded, folder.path)).flopsPerSecond).not.toBe(123)
    expect(existsSync(file)).toBe(true)
    // Of earlier versions, without what 16 bits gain: measured again where the device has them.
    const { fastShare, ...earlier } = measured
    expect(fastShare === undefined).toBe(loaded.fastPrecision === 'fp32')
    writeFileSync(file, JSON.stringify({ [key]: { ...earlier, flopsPerSecond: 123 } }))
    const again = await deviceSpeed(loaded, folder.path)
    expect(again.flopsPerSecond === 123).toBe(fastShare === undefined)
  })

  it('is that by which both stacks take as long as they took', () => {
    const [small, big] = [
      { flops: 1e6, operations: 100 },
      { flops: 1e9, operations: 50 },
    ]
    const [flopsPerSecond, secondsPerOperation] = [2e10, 1e-5]
    const seconds = (cost: typeof small) =>
      cost.flops / flopsPerSecond + cost.operations * secondsPerOperation
    const found = speedOf({ cost: small, seconds: seconds(small) }, { cost: big, seconds: seconds(big) })
    expect(found.flopsPerSecond).toBeCloseTo(flopsPerSecond, -3)
    expect(found.secondsPerOperation).toBeCloseTo(secondsPerOperation, 10)
    // A thin stack that was slowed by others leaves no time for the arithmetic of the thick one.
    const slowed = speedOf({ cost: small, seconds: 10 }, { cost: big, seconds: 0.1 })
    expect(slowed.flopsPerSecond).toBe(1e10)
    expect(slowed.secondsPerOperation).toBeGreaterThan(0)
  })
})

describe('the cost of a step', () => {
  const shape = { height: 28, width: 28, channels: 1 } as const
  const cost = (changes: Record<string, unknown>) =>
    stepCost({
      config: resolveConfig('auto', fittedChanges('auto', changes, { shape, count: 60_000 })),
      shape,
    })

  it('is four times the arithmetic for twice the width, and in proportion to the batch', () => {
    const [narrow, wide, twice] = [cost({ hidden: 16 }), cost({ hidden: 32 }), cost({ batch: 64 })]
    expect(wide.flops / narrow.flops).toBeGreaterThan(3.5)
    expect(wide.flops / narrow.flops).toBeLessThan(4.5)
    expect(twice.flops / wide.flops).toBeGreaterThan(1.8)
    expect(twice.flops / wide.flops).toBeLessThanOrEqual(2)
    expect(wide.operations).toBe(narrow.operations)
  })

  it('is remembered by what decides it', () => {
    expect(cost({ seed: 2 })).toBe(cost({ seed: 3 }))
    expect(cost({ hidden: 16 })).not.toBe(cost({ hidden: 24 }))
  })
})
