import * as tf from '@tensorflow/tfjs-core'
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { resolveConfig } from '#shared/presets.ts'
import { createProgram } from '../../../src-main/engine/graph/create-program.ts'
import { estimateProgramMemory } from '../../../src-main/engine/graph/analysis/memory.ts'
import type { ProgramSpec, Values } from '../../../src-main/engine/graph/program.ts'
import { trace } from '../../../src-main/engine/graph/trace.ts'
import { createSystem } from '../../../src-main/engine/model/create-model.ts'
import { seedWords, statelessNormal, uniformStream } from '../../../src-main/engine/rng.ts'
import { loadTensorFlow } from '../../../src-main/engine/backend/load.ts'
import { initialState, stepFeeds, stepProgram } from '../../../src-main/engine/training/step-program.ts'
import '../../helpers/all-threads.ts'

beforeAll(() => {
  loadTensorFlow({ device: 'cpu' })
})

const scalar = { shape: [], dtype: 'float32' as const }

/** A noisy recurrence, a counter, and fetches of several shapes and types. */
const recurrence: ProgramSpec = {
  name: 'recurrence',
  state: { x: { shape: [2, 3], dtype: 'float32' }, n: { shape: [], dtype: 'int32' } },
  feeds: { words: { shape: [2], dtype: 'int32' }, size: scalar },
  body: ({ x, n }, { words, size }) => {
    const next = x!.mul(0.9).add(statelessNormal([2, 3], words!).mul(size!))
    return {
      fetches: { next, before: x!.clone(), mean: next.mean(), row: next.sum(1), n: n!.clone() },
      next: { x: next, n: n!.add(tf.scalar(1, 'int32')) },
    }
  },
}
const recurrenceFeeds = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => ({
    words: seedWords(3, from + i, 'noise'),
    size: Float32Array.of(1 / (from + i + 1)),
  }))

/** A training step of a small network and its feeds. */
function training(preset: 'pixel-posterior' | 'ladder-3-unet') {
  const shape = { height: 8, width: 8, channels: 3 } as const
  const config = resolveConfig(preset, { hidden: 8, batch: 2, weightDecay: 0.1, clipNorm: 0.5 })
  const system = createSystem({ config, shape })
  const feeds = Array.from({ length: 5 }, (_, step) => {
    const uniform = uniformStream(1, step, 'noise')
    const pixels = Uint8Array.from({ length: 2 * 8 * 8 * 3 }, () => 256 * uniform())
    return { pixels, ...stepFeeds(config, step + 1) }
  })
  return { spec: stepProgram({ system, config, shape }), state: initialState(system, config), feeds }
}

describe('several runs in one call', () => {
  it.each(['eager', 'compiled'] as const)('equal single runs, %s', (mode) => {
    const [single, many] = [
      createProgram(recurrence, { mode }),
      createProgram(recurrence, { mode, iterations: 4 }),
    ]
    const start = { x: Float32Array.of(1, 2, 3, 4, 5, 6), n: Int32Array.of(7) }
    single.write(start)
    many.write(start)
    for (const [from, count] of [
      [0, 3],
      [3, 1],
      [4, 4],
    ] as const) {
      const feeds = recurrenceFeeds(count, from)
      expect(many.runMany(feeds)).toEqual(feeds.map((each) => single.run(each)))
      expect(many.read()).toEqual(single.read())
    }
    // State was replaced exactly once by each.
    expect(many.read(['n'])['n']).toEqual(Int32Array.of(15))
    expect(many.run(recurrenceFeeds(1)[0]!)).toEqual(single.run(recurrenceFeeds(1)[0]!))
    single.dispose()
    many.dispose()
  })

  it('are split into calls where they exceed the iterations of a call, and may be none', () => {
    const [single, many] = [1, 4].map((iterations) =>
      createProgram(recurrence, { mode: 'compiled', iterations }),
    )
    expect(many!.runMany(recurrenceFeeds(9))).toEqual(single!.runMany(recurrenceFeeds(9)))
    expect(many!.runMany([])).toEqual([])
    expect(many!.read()).toEqual(single!.read())
    single!.dispose()
    many!.dispose()
  })

  it.each(['pixel-posterior', 'ladder-3-unet'] as const)(
    'train %s to the same bits as single steps',
    (preset) => {
      const { spec, state, feeds } = training(preset)
      const [single, many] = [1, 3].map((iterations) => {
        const program = createProgram(spec, { mode: 'compiled', iterations })
        program.write(state)
        return program
      })
      const fetched = many!.runMany(feeds)
      expect(fetched).toEqual(feeds.map((each) => single!.run(each)))
      expect(new Set(fetched.map(({ loss }) => loss![0])).size).toBe(feeds.length)
      expect(many!.read()).toEqual(single!.read())
      single!.dispose()
      many!.dispose()
    },
  )

  it('equal the eager program’s runs', () => {
    const { spec, state, feeds } = training('pixel-posterior')
    const [eager, compiled] = (['eager', 'compiled'] as const).map((mode) => {
      const program = createProgram(spec, { mode, iterations: 5 })
      program.write(state)
      const losses = program.runMany(feeds).map(({ loss }) => loss![0]!)
      program.dispose()
      return losses
    })
    compiled!.forEach((loss, i) => expect(loss / eager![i]!).toBeCloseTo(1, 4))
  })

  it('handle computed constants, and values that only one iteration needs', () => {
    const spec: ProgramSpec = {
      name: 'constants',
      state: { kernel: { shape: [1, 1, 2, 2], dtype: 'float32' } },
      feeds: { x: { shape: [1, 3, 3, 2], dtype: 'float32' } },
      body: ({ kernel }, { x }) => {
        const moved = tf.conv2d(x as Tensor4D, kernel as Tensor4D, 1, 'same').add(tf.tensor1d([1, -1]))
        const sums = tf.sum<Tensor1D>(moved, [0, 1, 2])
        return { fetches: { sums, constant: tf.scalar(3).mul(2) }, next: { kernel: kernel!.add(sums) } }
      },
    }
    const feeds: Values[] = [1, 2, 3].map((value) => ({ x: new Float32Array(18).fill(value) }))
    const [single, many] = [1, 3].map((iterations) => createProgram(spec, { mode: 'compiled', iterations }))
    expect(many!.runMany(feeds)).toEqual(feeds.map((each) => single!.run(each)))
    expect(many!.read()).toEqual(single!.read())
    single!.dispose()
    many!.dispose()
  })

  it('refuse feeds of a wrong size before anything is replaced', () => {
    const program = createProgram(recurrence, { mode: 'compiled', iterations: 4 })
    const [good, bad] = [recurrenceFeeds(1)[0]!, { words: new Int32Array(3), size: Float32Array.of(1) }]
    expect(() => program.runMany([good, bad])).toThrow(/needs 2 numbers as “words”, but was given 3/)
    expect(program.read(['n'])['n']).toEqual(Int32Array.of(0))
    program.dispose()
  })

  it('leave no tensor behind', () => {
    const before = tf.memory().numTensors
    for (const mode of ['eager', 'compiled'] as const) {
      const program = createProgram(recurrence, { mode, iterations: 8 })
      program.runMany(recurrenceFeeds(8))
      const burntIn = tf.memory().numTensors
      for (let i = 0; i < 100; i++) program.runMany(recurrenceFeeds(8))
      expect(tf.memory().numTensors).toBe(burntIn)
      program.dispose()
      expect(tf.memory().numTensors).toBe(before)
    }
  })

  it('hold the feeds and fetches of all iterations, and the values of one', () => {
    const of = (iterations: number) => estimateProgramMemory(recurrence, trace(recurrence), { iterations })
    const [one, many] = [of(1), of(1000)]
    expect(many.stateBytes).toBe(one.stateBytes)
    // Feeds: two words and a size. Fetches: two of 6, two scalars, one of 2; once in the list, once stacked.
    const [fed, answered] = [4 * 3, 4 * (6 + 6 + 1 + 2 + 1)]
    expect(many.peakBytes).toBe(one.stateBytes + 1000 * (fed + 2 * answered))
    // With few iterations the last one is the peak: its values and the other's fetches.
    const wide = (iterations: number) => {
      const spec: ProgramSpec = {
        name: 'wide',
        state: {},
        feeds: { x: { shape: [100], dtype: 'float32' } },
        body: (_, { x }) => {
          const a = x!.square()
          return { fetches: { sum: tf.concat([a, a.sqrt()]).sum() }, next: {} }
        },
      }
      return estimateProgramMemory(spec, trace(spec), { iterations }).peakBytes
    }
    expect(wide(2)).toBe(wide(1) + 2 * 400 + 4)
  })
})
