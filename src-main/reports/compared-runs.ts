import type { ComparedRun } from '#shared/comparison-columns.ts'
import type { Evaluation } from '#shared/schemas/evaluation.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import type { Store } from '../database/store.ts'

/** The latest evaluation of a run; null where none was made. */
export const latestEvaluation = (store: Store, id: string): Evaluation | null =>
  store.evaluations.list(store.runs.key(id))[0] ?? null

/** Runs with what is known of them besides their records. */
export const comparedRuns = (store: Store, runs: readonly RunRecord[]): ComparedRun[] =>
  runs.map((run) => ({ run, evaluation: latestEvaluation(store, run.id) }))
