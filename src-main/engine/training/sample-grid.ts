import { setImmediate as nextTurn } from 'node:timers/promises'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import type { SampleRecord } from '#shared/schemas/run.ts'
import type { Model } from '../sampling/sampler.ts'
import { saveSheet } from '../sampling/sample-sheet.ts'

/** The fixed grid is drawn by the reference's solver: one evaluation a step, quick enough to watch. */
const gridSolver = 'euler'

const ended = new FlowerbedError('cancelled', 'The grid was given up because training ends.')

/** The images that are drawn again and again from the same noise; null when given up on the way. */
export async function gridImages(
  model: Model,
  { config, givenUp }: { config: RunConfig; givenUp: () => boolean },
): Promise<PixelBatch | null> {
  const { sampleCount, sampleSteps, seed } = config
  try {
    const { images } = await model.sample({
      count: sampleCount,
      seed,
      solver: gridSolver,
      steps: sampleSteps,
      onStep: async () => {
        await nextTurn()
        if (givenUp()) throw ended
      },
    })
    return images
  } catch (thrown) {
    if (thrown === ended) return null
    throw thrown
  }
}

/** Writes them down as the grid of a step. */
export function saveGrid(options: {
  runId: string
  runDirectory: string
  step: number
  images: PixelBatch
  config: RunConfig
}): Promise<SampleRecord> {
  const { config, ...grid } = options
  const { seed, sampleSteps: solverSteps } = config
  return saveSheet({ ...grid, kind: 'grid', seed, solver: gridSolver, solverSteps })
}
