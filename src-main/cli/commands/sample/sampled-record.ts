import type { ImageShape } from '#shared/schemas/image.ts'
import { sheetColumns } from '#shared/schemas/image.ts'
import type { Precision } from '#shared/schemas/run-config.ts'
import type { RunRecord, SampleRecord } from '#shared/schemas/run.ts'
import { adaptiveSolver, samplingOf, selectionOf } from '#shared/schemas/sampling.ts'
import type { SamplingOptions, SelectionOptions } from '#shared/schemas/sampling.ts'

/** What the text of a written image says of how it was sampled, as of a sheet of the history, which it is not in. */
export function sampledRecord(options: {
  run: RunRecord
  /** The training step of the weights. */
  step: number
  shape: ImageShape
  selection: SelectionOptions
  sampling: SamplingOptions
  evaluations: number
  precision: Precision
}): SampleRecord {
  const { run, step, shape, evaluations, precision } = options
  const selection = selectionOf(options.selection)
  const sampling = samplingOf(options.sampling)
  const { height, width, channels } = shape
  const { count, seed, first } = selection
  const { solver, steps } = sampling
  return {
    ...{ id: `${run.id}/command-${seed}-${first}`, runId: run.id, step, kind: 'extra', file: 'sheet.png' },
    ...{ count, columns: sheetColumns(count), shape: { height, width, channels }, seed, solver },
    // An adaptive solver chooses its steps: about six evaluations each.
    solverSteps: solver === adaptiveSolver ? Math.round(evaluations / 6) : steps,
    settings: { selection, sampling, evaluations, precision },
    createdAt: Date.now(),
  }
}
