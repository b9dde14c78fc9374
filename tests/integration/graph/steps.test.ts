import { beforeAll, expect, it } from 'vitest'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import { resolveConfig } from '#shared/presets.ts'
import { createProgram } from '../../../src-main/engine/graph/create-program.ts'
import type { Values } from '../../../src-main/engine/graph/program.ts'
import { createSystem } from '../../../src-main/engine/model/create-model.ts'
import { uniformStream } from '../../../src-main/engine/rng.ts'
import { loadTensorFlow } from '../../../src-main/engine/backend/load.ts'
import { initialState, stepFeeds, stepProgram } from '../../../src-main/engine/training/step-program.ts'
import { distinctPresets } from '../../helpers/distinct-presets.ts'

beforeAll(() => {
  loadTensorFlow({ device: 'cpu' })
})

const shape = { height: 16, width: 12, channels: 3 } as const

const changes: Partial<RunConfig> = {
  hidden: 8,
  batch: 4,
  steps: 100,
  weightDecay: 0.1,
  clipNorm: 0.5,
  precision: 'fp32',
}

it.each(distinctPresets(changes))('a compiled training step equals an eager one: %s', (preset) => {
  const config = resolveConfig(preset, changes)
  const system = createSystem({ config, shape })
  const spec = stepProgram({ system, config, shape })
  const uniform = uniformStream(2, 0, 'noise')
  const size = 4 * shape.height * shape.width * shape.channels
  const pixels = Uint8Array.from({ length: size }, () => 256 * uniform())
  const feeds = { pixels, ...stepFeeds(config, 1) }
  const [eager, compiled] = (['eager', 'compiled'] as const).map((mode) => {
    const program = createProgram(spec, { mode })
    program.write(initialState(system, config))
    const fetches = program.run(feeds)
    const state = program.read()
    program.dispose()
    return { fetches, state }
  }) as [Outcome, Outcome]

  for (const [name, values] of Object.entries(eager.fetches))
    expect(distance(compiled.fetches[name]!, values) / (norm(values) || 1), name).toBeLessThan(1e-5)
  const ofAll = (kind: string) => {
    const parts = Object.entries(eager.state).filter(([name]) => name.startsWith(`${kind}/`))
    return Math.hypot(...parts.map(([, values]) => norm(values)))
  }
  for (const [name, values] of Object.entries(eager.state)) {
    const kind = name.split('/')[0]!
    expect(ofAll(kind), kind).toBeGreaterThan(0)
    // After one step the moments are the gradient and its square; a value that is zero but for rounding has no scale.
    const own = Math.max(norm(values), 1e-2 * ofAll(kind))
    // Adam's first step is the gradient's sign, which rounding decides near zero.
    const scale = kind === 'weight' || kind === 'ema' ? ofAll(kind) : own
    const expected = kind === 'v' ? values.map((value) => value * secondMoment) : values
    expect(distance(compiled.state[name]!, expected) / scale, name).toBeLessThan(1e-5)
  }
})

interface Outcome {
  fetches: Values
  state: Values
}

/** TensorFlow computes 1 − β₂ in single precision, a relative error of 1.3e-5. */
const secondMoment = (1 - Math.fround(0.999)) / (1 - 0.999)

const norm = (values: Values[string]) => Math.hypot(...values)
const distance = (a: Values[string], b: Values[string]) =>
  Math.sqrt([...a].reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0))
