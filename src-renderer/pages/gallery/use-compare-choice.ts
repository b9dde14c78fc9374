import { computed, reactive, shallowRef } from 'vue'
import { adaptiveSolver, multistepSolver, solverNames } from '#shared/schemas/sampling.ts'
import type { SolverName } from '#shared/schemas/sampling.ts'
import type { CheckpointRecord, RunRecord } from '#shared/schemas/run.ts'
import { request } from '../../api/index.ts'
import { useNotices } from '../../composables/notices.ts'
import { useRuns } from '../../entities/runs/runs-store.ts'
import { itemsByCheckpoint, itemsByEvaluations, itemsByRun, mostSources } from './compared-items.ts'
import { comparedCounts, countsIn } from './evaluation-counts.ts'
import type { ComparedItem } from './use-comparison.ts'

export type ComparedBy = 'evaluations' | 'checkpoints' | 'runs'
/** Solvers whose number of evaluations can be chosen. */
export const comparedSolvers = solverNames.filter((name) => name !== adaptiveSolver)

interface CompareChoice {
  by: ComparedBy
  /** Numbers of evaluations, as typed. */
  counts: string
  solver: SolverName
  count: number
  seed: number
  /** Of all columns. */
  guidance: number
  label: string | null
  /** Of checkpoints. */
  steps: number[]
  /** Ids. */
  runs: string[]
}

/** What is compared: numbers of evaluations, checkpoints of the run, or runs. */
export function useCompareChoice(run: RunRecord) {
  const runs = useRuns()
  const notices = useNotices()
  const choice = reactive<CompareChoice>({
    by: 'evaluations',
    counts: comparedCounts.join(', '),
    solver: multistepSolver,
    count: 6,
    seed: 1,
    guidance: 1,
    label: null,
    steps: [],
    runs: [run.id],
  })
  const checkpoints = shallowRef<CheckpointRecord[]>([])
  const counts = computed(() => countsIn(choice.counts))
  const otherRuns = computed(() => runs.runs.filter(({ id, step }) => id !== run.id && step > 0))

  const listOf = (id: string) => request('runs.checkpoints', { id })
  listOf(run.id)
    .then((found) => {
      checkpoints.value = found.filter(({ damaged }) => !damaged)
      choice.steps = checkpoints.value.slice(0, mostSources).map(({ step }) => step)
    })
    .catch((error: unknown) => notices.addError(error))

  const valid = computed(() => {
    const isCount = (value: number, least: number, most: number) =>
      Number.isInteger(value) && value >= least && value <= most
    if (!isCount(choice.count, 1, 64) || !isCount(choice.seed, 0, 2 ** 31 - 1)) return false
    if (checkpoints.value.length === 0) return false
    if (choice.by === 'evaluations') return counts.value !== null
    const { length } = choice.by === 'checkpoints' ? choice.steps : choice.runs
    return length >= 1 && length <= mostSources
  })

  async function items(): Promise<ComparedItem[]> {
    const { by, solver, steps, guidance, label } = choice
    const shared = { solver, guidance, label }
    const checkpoint = checkpoints.value[0]?.step ?? 0
    if (by === 'evaluations')
      return itemsByEvaluations({ runId: run.id, checkpoint, shared, counts: counts.value ?? [] })
    if (by === 'checkpoints') return itemsByCheckpoint(run.id, { steps, shared })
    const chosen = runs.runs.filter(({ id }) => choice.runs.includes(id))
    return itemsByRun(
      await Promise.all(chosen.map(async (one) => ({ run: one, checkpoints: await listOf(one.id) }))),
      shared,
    )
  }

  return { choice, checkpoints, otherRuns, valid, counts, items }
}
