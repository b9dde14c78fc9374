import { setImmediate as nextTurn } from 'node:timers/promises'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import type { SampleRecord, SampleSettings } from '#shared/schemas/run.ts'
import { evaluationsPerStep, samplingOf, selectionOf } from '#shared/schemas/sampling.ts'
import type { Sampler } from '../sampling/sampler.ts'
import { writeSampleSheet } from '../sampling/sample-sheet.ts'

/** The grid is sampled with one evaluation a step, fast enough to follow training. */
const gridSolver = 'dpm2m'

/** How samples are generated while training. */
export const gridSampling = ({ sampleSteps }: RunConfig) =>
  ({ solver: gridSolver, timeGrid: 'karras', steps: sampleSteps }) as const

const cancelled = new FlowerbedError('cancelled', 'Sampling the grid was cancelled because training ends.')

/** Samples the images of the grid, always from the same noise; null when cancelled meanwhile. */
export async function gridImages(
  sampler: Sampler,
  { config, isCancelled }: { config: RunConfig; isCancelled: () => boolean },
): Promise<PixelBatch | null> {
  const { sampleCount, seed } = config
  try {
    const { images } = await sampler.sample({
      count: sampleCount,
      seed,
      ...gridSampling(config),
      onStep: async () => {
        await nextTurn()
        if (isCancelled()) throw cancelled
      },
    })
    return images
  } catch (thrown) {
    if (thrown === cancelled) return null
    throw thrown
  }
}

/** Writes the images as the grid of a step. */
export function saveGrid(options: {
  runId: string
  runDirectory: string
  step: number
  images: PixelBatch
  config: RunConfig
}): Promise<SampleRecord> {
  const { config, ...grid } = options
  const { seed, sampleSteps: solverSteps } = config
  const settings: SampleSettings = {
    selection: selectionOf({ count: options.images.count, seed }),
    sampling: samplingOf({ solver: gridSolver, timeGrid: gridTimes, steps: solverSteps }),
    evaluations: solverSteps * evaluationsPerStep[gridSolver],
  }
  return writeSampleSheet({ ...grid, kind: 'grid', seed, solver: gridSolver, solverSteps, settings })
}
