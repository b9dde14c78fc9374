import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import { isLive } from '#shared/run-status.ts'
import type { Experiment } from '#shared/schemas/experiment.ts'
import { experimentState } from '../../entities/experiments/experiment-labels.ts'
import { useExperiments } from '../../entities/experiments/experiments-store.ts'
import { useQueue } from '../../entities/runs/queue-store.ts'
import { useRuns } from '../../entities/runs/runs-store.ts'

/** What an experiment is doing and how long it will take, in one line. */
export function useExperimentState(experiment: () => Experiment): ComputedRef<string> {
  const all = useRuns()
  const queue = useQueue()
  const experiments = useExperiments()
  const runs = computed(() => experiments.runsOf(experiment().id))
  const expected = (runId: string) => queue.queued.find(({ run }) => run.id === runId)?.seconds ?? null
  const current = computed(() => {
    const run = runs.value.find(isLive)
    return run ? { run, progress: all.progress.get(run.id), expected } : null
  })
  return computed(() => experimentState(experiment(), runs.value, current.value))
}
