import { beforeAll, describe, expect, it } from 'vitest'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import { resolveConfig } from '#shared/presets.ts'
import type { PresetId } from '#shared/presets.ts'
import { createProgram } from '../../../src-main/engine/graph/create-program.ts'
import { estimateProgramMemory } from '../../../src-main/engine/graph/analysis/memory.ts'
import type { Values } from '../../../src-main/engine/graph/program.ts'
import { trace } from '../../../src-main/engine/graph/trace.ts'
import { countFlops } from '../../../src-main/engine/graph/analysis/flops.ts'
import { createSystem } from '../../../src-main/engine/model/create-model.ts'
import { uniformStream } from '../../../src-main/engine/rng.ts'
import { loadTensorFlow } from '../../../src-main/engine/backend/load.ts'
import { initialState, stepFeeds, stepProgram } from '../../../src-main/engine/training/step-program.ts'

beforeAll(() => {
  loadTensorFlow({ device: 'cpu' })
})

const shape = { height: 16, width: 16, channels: 3 } as const
const presets = ['pixel-posterior', 'ladder-5-observation-noise'] as const

function specOf(preset: PresetId, changes: Partial<RunConfig>, side = 16) {
  const config = resolveConfig(preset, { hidden: 8, batch: 8, emaDecay: 0.9, precision: 'fp32', ...changes })
  const size = { ...shape, height: side, width: side }
  const system = createSystem({ config, shape: size })
  return { config, system, spec: stepProgram({ system, config, shape: size, resident: 24 }) }
}

const uniform = uniformStream(3, 0, 'noise')
const images = Uint8Array.from({ length: 24 * 16 * 16 * 3 }, () => 256 * uniform())

/**
 * Takes a step from perturbed weights, none of which are zero. Returns what it fetches, and its gradients as one array,
 * from the first moments.
 */
function oneStep(preset: PresetId, changes: Partial<RunConfig>, mode: 'eager' | 'compiled' = 'compiled') {
  const { config, system, spec } = specOf(preset, { clipNorm: 0, ...changes })
  const program = createProgram(spec, { mode })
  const random = uniformStream(4, 0, 'noise')
  const weights = Object.entries(initialState(system, config)).map(([name, values]) => [
    name,
    name.startsWith('weight/')
      ? Float32Array.from(values, (value) => value + 0.1 * (random() - 0.5))
      : values,
  ])
  program.write({ ...(Object.fromEntries(weights) as Values), images })
  const fetched = program.run({
    indices: Int32Array.from({ length: 8 }, (_, i) => i),
    ...stepFeeds(config, 1),
  })
  const moments = program.read(Object.keys(spec.state).filter((name) => name.startsWith('m/')))
  program.dispose()
  return { ...fetched, gradient: Float32Array.from(Object.values(moments).flatMap((each) => [...each])) }
}

/** Differences are relative to the norm of the whole array. */
function expectSame(actual: Values, expected: Values): void {
  expect(Object.keys(actual)).toEqual(Object.keys(expected))
  for (const [name, values] of Object.entries(expected)) {
    const there = actual[name] ?? []
    const scale = Math.sqrt(Array.from(values).reduce((sum, value) => sum + value ** 2, 0))
    const apart = Array.from(values).reduce((sum, value, i) => sum + (value - (there[i] ?? NaN)) ** 2, 0)
    expect(scale, name).toBeGreaterThan(0)
    expect(Math.sqrt(apart) / scale, name).toBeLessThan(1e-5)
  }
}

describe('accumulated batches', () => {
  it.each(presets)('are one batch of all their images, %s', (preset) => {
    const whole = oneStep(preset, {})
    for (const accumulate of [2, 4]) expectSame(oneStep(preset, { accumulate, batch: 8 / accumulate }), whole)
    expectSame(oneStep(preset, { accumulate: 4, batch: 2 }, 'eager'), whole)
  })

  it('take little more memory than one of them, by the estimate', () => {
    const peak = (changes: Partial<RunConfig>) => {
      const { spec } = specOf('pixel-posterior', changes, 32)
      const { stateBytes, peakBytes } = estimateProgramMemory(spec, trace(spec))
      return peakBytes - stateBytes
    }
    const [one, whole] = [peak({ batch: 8 }), peak({ batch: 64 })]
    const accumulated = peak({ batch: 8, accumulate: 8 })
    expect(accumulated - one).toBeLessThan(0.25 * (whole - one))
  })
})

describe('gradient checkpointing', () => {
  it.each(presets)('trains the same, %s', (preset) => {
    const kept = oneStep(preset, {})
    expectSame(oneStep(preset, { checkpointing: true }), kept)
    expectSame(oneStep(preset, { checkpointing: true }, 'eager'), kept)
  })

  it.each(presets)('takes less memory for more work, %s', (preset) => {
    const of = (checkpointing: boolean) => {
      const { spec } = specOf(preset, { checkpointing, hidden: 16, batch: 16 }, 128)
      const traced = trace(spec)
      const { stateBytes, peakBytes } = estimateProgramMemory(spec, traced)
      return { bytes: peakBytes - stateBytes, flops: countFlops(spec, traced) }
    }
    const [kept, again] = [of(false), of(true)]
    expect(again.bytes).toBeLessThan(0.75 * kept.bytes)
    // A second forward pass: four units of work instead of three.
    expect(again.flops / kept.flops).toBeGreaterThan(1.1)
    expect(again.flops / kept.flops).toBeLessThan(1.36)
  })
})
