import { join } from 'node:path'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import { resolveConfig } from '#shared/presets.ts'
import { Dataset } from '../../src-main/datasets/packed-dataset.ts'
import type { Values } from '../../src-main/engine/graph/program.ts'
import { createSystem } from '../../src-main/engine/model/create-model.ts'
import { initialState } from '../../src-main/engine/training/step-program.ts'
import { StepRunner } from '../../src-main/engine/training/step-runner.ts'
import type { TakesSteps } from '../../src-main/engine/training/step-runner.ts'
import { packedDataset } from './dataset.ts'
import { temporaryFolder } from './folder.ts'

const shape = { height: 8, width: 8, channels: 1 } as const

/** A run of a small network, and the state that any way to take its steps arrives at. */
export function replicatedRuns(name: string) {
  const folder = temporaryFolder(name)
  const pixel = (image: number, i: number) => (image * 37 + i * 11 + ((image * i) % 7) * 19) % 256
  const dataset = new Dataset(packedDataset(join(folder.path, 'dataset'), { count: 40, shape, pixel }))
  const indices = Uint32Array.from({ length: 40 }, (_, i) => i)
  const optionsOf = (changes: Partial<RunConfig> = {}) => {
    const config = resolveConfig('pixel-posterior', {
      ...{ steps: 50, batch: 12, hidden: 8, network: 'conv', precision: 'fp32', emaDecay: 0.99 },
      ...{ flip: true, learningRate: 1e-3, warmup: 5, clipNorm: 0.5, ...changes },
    })
    return { config, dataset, indices, system: createSystem({ config, shape }) }
  }
  type Options = ReturnType<typeof optionsOf>

  /** Takes steps and ends the runner. */
  const train = async (runner: TakesSteps, { config, system }: Options, steps: number) => {
    await runner.begin(initialState(system, config))
    const losses: number[] = []
    for (let step = 1; step <= steps; step++) {
      const { loss } = await runner.takeStep(step, config)
      losses.push(loss?.[0] ?? NaN)
    }
    const state = runner.read()
    await runner.dispose()
    return { losses, state }
  }
  const onOneDevice = (options: Options) => new StepRunner({ ...options, resident: 0 })
  return {
    optionsOf,
    train,
    onOneDevice,
    remove: () => {
      dataset.close()
      folder.remove()
    },
  }
}

const largest = (values: ArrayLike<number>) =>
  Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30)

/** The largest difference of two states in proportion to the largest number of each array, or of all of them. */
export function largestDifference(a: Values, b: Values, scale?: 'of all'): number {
  const ofAll = Math.max(...Object.values(a).map(largest))
  return Math.max(
    ...Object.entries(a).map(([name, values]) => {
      const others = b[name] ?? []
      const differences = Array.from(values, (value, i) => value - (others[i] ?? NaN))
      return largest(differences) / (scale ? ofAll : largest(values))
    }),
  )
}
