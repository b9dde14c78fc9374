import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { resolveConfig } from '#shared/presets.ts'
import { estimateProgramMemory } from '../../../src-main/engine/graph/analysis/memory.ts'
import type { ProgramSpec } from '../../../src-main/engine/graph/program.ts'
import { trace } from '../../../src-main/engine/graph/trace.ts'
import { loadTensorFlow } from '../../../src-main/engine/backend/load.ts'
import {
  checkFits,
  estimateMemory,
  memoryNeeded,
  residentImages,
} from '../../../src-main/engine/training/memory-estimate.ts'

beforeAll(() => {
  loadTensorFlow({ device: 'cpu' })
})

const vector = { shape: [100], dtype: 'float32' as const }
const memory = (body: ProgramSpec['body'], state: ProgramSpec['state'] = {}) => {
  const spec: ProgramSpec = { name: 'memory', state, feeds: { x: vector }, body }
  return estimateProgramMemory(spec, trace(spec))
}

describe('the memory of a call', () => {
  it('is the feed and one result when each operation can reuse its input’s memory', () => {
    const { peakBytes } = memory((_, { x }) => ({ fetches: { y: x!.square().sqrt().exp() }, next: {} }))
    expect(peakBytes).toBe(400 + 400)
  })

  it('counts values until their last reader', () => {
    const { peakBytes } = memory((_, { x }) => {
      const a = x!.square()
      const b = tf.exp(a)
      return { fetches: { y: tf.concat([b, b.add(a)]) }, next: {} }
    })
    // x, b, b + a, and their concatenation; the constant axis.
    expect(peakBytes).toBe(400 + 400 + 400 + 800 + 4)
  })

  it('counts state once, and twice where it is replaced while it is still read', () => {
    const state = { w: vector }
    const kept = memory(({ w }, { x }) => ({ fetches: { y: w!.mul(x!) }, next: {} }), state)
    expect(kept).toEqual({ stateBytes: 400, peakBytes: 1200 })
    const replaced = memory(({ w }, { x }) => {
      const next = w!.mul(x!)
      return { fetches: { y: w!.sub(x!) }, next: { w: next } }
    }, state)
    // The next value, and the fetched one in the memory of the old.
    expect(replaced.peakBytes).toBe(400 + 400 + 400)
  })

  it('does not count a reshaped value twice', () => {
    const { peakBytes } = memory((_, { x }) => ({
      fetches: { y: x!.square().reshape([10, 10]).reshape([100]) },
      next: {},
    }))
    expect(peakBytes).toBeLessThan(400 + 400 + 100)
  })
})

describe('the memory of a run', () => {
  const shape = { height: 32, width: 32, channels: 3 as const }

  it('rises with the batch, the width and the image, up to 256 × 256', () => {
    const needed = (changes: Record<string, unknown>, side = 32) =>
      memoryNeeded({
        config: resolveConfig('pixel-posterior', changes),
        shape: { height: side, width: side, channels: 3 },
      })
    const plain = needed({})
    expect(needed({ batch: 64 })).toBeGreaterThan(plain)
    expect(needed({ hidden: 96 })).toBeGreaterThan(plain)
    expect(needed({}, 64)).toBeGreaterThan(plain)
    expect(needed({}, 256)).toBeGreaterThan(needed({}, 128))
  })

  it('is checked: a run that cannot fit is refused with the numbers and the settings to change', () => {
    // A batch of a prime number of images is not computed in parts.
    const config = resolveConfig('ladder-5-observation-noise', { batch: 257 })
    const estimate = estimateMemory({ config, shape, availableBytes: 3e9 })
    expect(estimate.fits).toBe(false)
    const batch = estimate.fittingBatch ?? 0
    expect(batch).toBeGreaterThan(0)
    expect(memoryNeeded({ config: { ...config, batch }, shape })).toBeLessThanOrEqual(3e9)
    expect(estimate.parts).toBeNull()
    expect(() => checkFits(estimate)).toThrow(/needs about \d+\.\d GB of memory, and 3\.0 GB are free/)
    const spared = memoryNeeded({ config: { ...config, checkpointing: true }, shape })
    const tight = estimateMemory({ config, shape, availableBytes: spared })
    expect(tight).toMatchObject({ fits: false, checkpointingFits: true })
    expect(() => checkFits(tight)).toThrow(
      expect.objectContaining({
        hint: expect.stringMatching(/^Switch on gradient checkpointing \(checkpointing\), or take/) as string,
      }),
    )
    const tiny = estimateMemory({ config, shape, availableBytes: 1e6 })
    expect(tiny).toMatchObject({ fits: false, fittingBatch: null, checkpointingFits: false })
    expect(() => checkFits(estimateMemory({ config, shape, availableBytes: 1e12 }))).not.toThrow()
  })

  it('is spared by computing a batch in parts, the fewest that fit', () => {
    const config = resolveConfig('ladder-5-observation-noise', { batch: 256 })
    const availableBytes = memoryNeeded({ config: { ...config, batch: 64, accumulate: 4 }, shape })
    const estimate = estimateMemory({ config, shape, availableBytes })
    expect(estimate).toMatchObject({ fits: true, parts: 4, neededBytes: availableBytes })
    expect(() => checkFits(estimate)).not.toThrow()
    // Free nats count for the whole batch.
    const together = { ...config, code: 8, codeFreeNats: 1 }
    expect(estimateMemory({ config: together, shape, availableBytes }).parts).toBeNull()
  })

  it('includes the images on the device where half of the memory holds all of them', () => {
    const config = resolveConfig('pixel-posterior')
    const neededBytes = memoryNeeded({ config, shape })
    // Bytes, three copies while they are written.
    const count = 10_000
    const enough = 2 * (neededBytes + 3 * count * 32 * 32 * 3)
    const resident = (availableBytes: number, images = count) =>
      residentImages(estimateMemory({ config, shape, availableBytes }), { shape, count: images })
    expect(resident(enough)).toBe(count)
    expect(resident(enough - 1)).toBe(0)
    // More than one array can hold.
    expect(resident(1e15, 2_000_000)).toBe(0)
  })
})
