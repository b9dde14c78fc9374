import { describe, expect, it } from 'vitest'
import type { Precision } from '#shared/schemas/run-config.ts'
import type { Machine } from '#shared/schemas/run.ts'
import {
  knownPrecision,
  precisionBySpeed,
  timedPrecision,
} from '../../../../src-main/engine/training/precision-choice.ts'

const device = 'cpu' as const
const machine = (changes: Partial<Machine>): Machine => ({
  flowerbed: '0.1.0',
  tensorflow: '2.20.0',
  node: '24.9.0',
  electron: null,
  platform: 'linux x64',
  cpu: 'Xeon',
  cores: 8,
  memoryBytes: 32e9,
  device: 'cpu',
  deviceName: 'Xeon',
  ...changes,
})

describe('a precision that need not be timed', () => {
  const known = (setting: 'auto' | Precision, fast: Precision, resumed: Machine | null = null) =>
    knownPrecision({ setting, fast, device, resumed })

  it('is the one of the settings, and fp32 where that is the fastest', () => {
    expect(known('bf16', 'fp32')).toMatchObject({ precision: 'bf16' })
    expect(known('fp32', 'bf16')).toMatchObject({ precision: 'fp32' })
    expect(known('auto', 'fp32')).toMatchObject({ precision: 'fp32' })
    expect(known('auto', 'bf16')).toBeNull()
  })

  it('is the one of the checkpoint, with the reason it was chosen for', () => {
    const why = 'bf16 takes 1.40 of fp32’s time per step, measured at the start of the run'
    const exact = machine({ precision: 'fp32', precisionWhy: why })
    expect(known('auto', 'bf16', exact)).toEqual({ precision: 'fp32', why })
    expect(known('auto', 'bf16', machine({ precision: 'bf16' }))).toMatchObject({ precision: 'bf16' })
  })

  it('is the fast one for checkpoints that lack it', () => {
    expect(known('auto', 'bf16', machine({}))).toMatchObject({ precision: 'bf16' })
    expect(known('auto', 'fp32', machine({}))).toMatchObject({ precision: 'fp32' })
  })

  it('is chosen again on another device', () => {
    expect(known('auto', 'bf16', machine({ device: 'cuda', precision: 'fp32' }))).toBeNull()
    expect(known('auto', 'fp32', machine({ precision: 'bf16' }))).toMatchObject({ precision: 'fp32' })
  })
})

describe('a precision by the speed of the device', () => {
  const speed = { device: 'one', flopsPerSecond: 1e9, secondsPerOperation: 1e-3 }
  const chosen = (fastShare: number | undefined, operations: number) =>
    precisionBySpeed({
      fast: 'bf16',
      speed: { ...speed, ...(fastShare !== undefined && { fastShare }) },
      cost: { flops: 1e9, operations },
    })

  it('is the fast one where it is clearly faster, with its share of the time', () => {
    expect(chosen(0.6, 100)).toMatchObject({
      precision: 'bf16',
      why: expect.stringContaining('0.60') as string,
    })
  })

  it('is left to timing where that is not clear, not known, or a step is mostly not arithmetic', () => {
    expect(chosen(0.9, 100)).toBeNull()
    expect(chosen(undefined, 100)).toBeNull()
    expect(chosen(0.6, 2000)).toBeNull()
  })
})

describe('timing', () => {
  /** Steps whose durations are given, the first of each thirty seconds longer. */
  const choose = async (options: {
    seconds: Record<string, (step: number) => number>
    together?: boolean
    cancelledAfter?: number
  }) => {
    const { seconds, together = true, cancelledAfter = Infinity } = options
    const log: string[] = []
    let ms = 0
    const choice = await timedPrecision({
      fast: 'bf16',
      together,
      now: () => ms,
      isCancelled: () => log.filter((line) => line.includes('step')).length >= cancelledAfter,
      make: (precision) => {
        log.push(`${precision} made`)
        return {
          takeStep: (step) => {
            ms += 1000 * ((seconds[precision]?.(step) ?? NaN) + (step === 1 ? 30 : 0))
            log.push(`${precision} step`)
            return Promise.resolve()
          },
          dispose: () => {
            log.push(`${precision} disposed`)
            return Promise.resolve()
          },
        }
      },
    })
    const held = (precision: string) =>
      log.filter((line) => line === `${precision} made`).length -
      log.filter((line) => line === `${precision} disposed`).length
    return { choice, log, held }
  }

  it.each([true, false])('chooses the faster and says by how much, both in memory: %s', async (together) => {
    const quick = await choose({ seconds: { fp32: () => 0.5, bf16: () => 0.4 }, together })
    expect(quick.choice).toMatchObject({ precision: 'bf16', why: expect.stringContaining('0.80') as string })
    expect([quick.held('fp32'), quick.held('bf16')]).toEqual([0, 1])
    const slow = await choose({ seconds: { fp32: () => 0.5, bf16: () => 0.7 }, together })
    expect(slow.choice).toMatchObject({ precision: 'fp32', why: expect.stringContaining('1.40') as string })
    expect([slow.held('fp32'), slow.held('bf16')]).toEqual([1, 0])
  })

  it('alternates where both fit into memory, and times one after the other where not', async () => {
    const seconds = { fp32: () => 0.1, bf16: () => 0.2 }
    const { log } = await choose({ seconds })
    expect(log.slice(0, 6).map((line) => line.slice(0, 4))).toEqual(
      'fp32 bf16 fp32 bf16 fp32 bf16'.split(' '),
    )
    const apart = await choose({ seconds, together: false })
    let held = 0
    for (const line of apart.log) {
      held += Number(line.endsWith('made')) - Number(line.endsWith('disposed'))
      expect(held).toBeLessThanOrEqual(1)
    }
  })

  it('compares the minimum times, since other programs only add time', async () => {
    const { choice } = await choose({ seconds: { fp32: () => 0.5, bf16: (step) => (step === 3 ? 0.4 : 3) } })
    expect(choice.precision).toBe('bf16')
  })

  it('takes a few steps, fewer where they are slow', async () => {
    const steps = async (each: number) => {
      const { log } = await choose({ seconds: { fp32: () => each, bf16: () => each } })
      return log.filter((line) => line.endsWith('step')).length
    }
    expect(await steps(0.01)).toBe(12)
    expect(await steps(60)).toBe(4)
  })

  it('ends when cancelled, with fp32 where it was not timed', async () => {
    for (const cancelledAfter of [0, 1, 2, 3]) {
      const { choice, log, held } = await choose({
        seconds: { fp32: () => 0.5, bf16: () => 0.4 },
        cancelledAfter,
      })
      expect(choice.precision).toBe('fp32')
      expect(log.filter((line) => line.endsWith('step'))).toHaveLength(cancelledAfter)
      expect([held('fp32'), held('bf16')]).toEqual([1, 0])
    }
    const late = await choose({ seconds: { fp32: () => 0.5, bf16: () => 0.4 }, cancelledAfter: 5 })
    expect(late.choice.precision).toBe('bf16')
  })
})
