import { setImmediate as nextTurn } from 'node:timers/promises'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import type { SampleRecord, SampleSettings } from '#shared/schemas/run.ts'
import { evaluationsPerStep, samplingOf, selectionOf } from '#shared/schemas/sampling.ts'
import type { Sampler } from '../sampling/sampler.ts'
import { writeSampleSheet } from '../sampling/sample-sheet.ts'
import { previewSolverSteps } from './interruptions.ts'
import { IntegrationTimer } from './repeated-costs.ts'
import type { IntegrationTimes } from './repeated-costs.ts'

/** The grid is sampled with one evaluation a step, fast enough to follow training. */
const gridSolver = 'dpm2m'

/** How samples are generated while training. */
export const gridSampling = ({ sampleSteps }: RunConfig) =>
  ({ solver: gridSolver, timeGrid: 'auto', steps: sampleSteps }) as const

const solverStepsOf = (config: RunConfig, isPreview: boolean): number =>
  isPreview ? previewSolverSteps(config) : config.sampleSteps

const cancelled = new FlowerbedError('cancelled', errorText('training.samplingEnds'))

export interface GridOptions {
  config: RunConfig
  /** Whether it takes few solver steps, to be seen soon rather than measured. */
  isPreview: boolean
  /** The clock that sampling is timed by, in milliseconds. */
  now: () => number
  isCancelled: () => boolean
}

/** Samples the images of the grid, always from the same noise; null when cancelled meanwhile. */
export async function gridImages(
  sampler: Sampler,
  { config, isPreview, now, isCancelled }: GridOptions,
): Promise<{ images: PixelBatch; times: IntegrationTimes } | null> {
  const { sampleCount, seed } = config
  const solverSteps = solverStepsOf(config, isPreview)
  const timer = new IntegrationTimer(now)
  try {
    const { images } = await sampler.sample({
      count: sampleCount,
      seed,
      ...gridSampling(config),
      steps: solverSteps,
      onStep: async (share) => {
        timer.stepEnded(share)
        await nextTurn()
        if (isCancelled()) throw cancelled
      },
    })
    return { images, times: timer.times(solverSteps) }
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
  isPreview: boolean
}): Promise<SampleRecord> {
  const { config, isPreview, ...grid } = options
  const { seed } = config
  const solverSteps = solverStepsOf(config, isPreview)
  const settings: SampleSettings = {
    selection: selectionOf({ count: options.images.count, seed }),
    sampling: samplingOf({ ...gridSampling(config), steps: solverSteps }),
    evaluations: solverSteps * evaluationsPerStep[gridSolver],
  }
  return writeSampleSheet({ ...grid, kind: 'grid', seed, solver: gridSolver, solverSteps, settings })
}
