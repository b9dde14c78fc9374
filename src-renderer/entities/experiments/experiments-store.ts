import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { DatasetRecord } from '#shared/schemas/dataset.ts'
import type { Experiment } from '#shared/schemas/experiment.ts'
import { experimentOrder, runTitles, variantsOf } from '#shared/experiment-runs.ts'
import type { Variant } from '#shared/experiment-runs.ts'
import type { IpcArgument } from '#shared/ipc.ts'
import { isLive, runsLeft } from '#shared/run-status.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { on } from '../../api/events.ts'
import { request } from '../../api/index.ts'
import { useNavigation } from '../../composables/navigation.ts'
import { useRecords } from '../../composables/records.ts'
import { useRuns } from '../runs/runs-store.ts'

/** All experiments, kept current by main’s events, and the actions on one. */
export const useExperiments = defineStore('experiments', () => {
  const navigation = useNavigation()
  const runs = useRuns()
  const { byId, busy, changed, deleted, load, act } = useRecords(() => request('experiments.list'))
  /** The dataset that an experiment is being set up for. */
  const preparing = shallowRef<DatasetRecord | null>(null)

  /** The runs of each experiment, those that differ in the seed alone side by side. */
  const runsById = computed(() => {
    const groups = new Map<string, RunRecord[]>()
    for (const run of runs.runs) {
      if (run.experimentId !== null) {
        groups.set(run.experimentId, [...(groups.get(run.experimentId) ?? []), run])
      }
    }
    return new Map(
      [...groups].map(([id, group]) => {
        const experiment = byId.value.get(id)
        return [id, experiment ? experimentOrder(experiment, group) : group] as const
      }),
    )
  })
  const runsOf = (id: string): RunRecord[] => runsById.value.get(id) ?? []
  const variants = (experiment: Experiment): Variant<RunRecord>[] =>
    variantsOf(experiment, runsOf(experiment.id))
  /** What sets each run of an experiment apart, by its id. */
  const titles = (experiment: Experiment): Map<string, string> => runTitles(experiment, runsOf(experiment.id))
  /** Newest first; an experiment without runs is not shown. */
  const experiments = computed(() =>
    [...byId.value.values()]
      .filter(({ id }) => runsById.value.has(id))
      .sort((a, b) => b.createdAt - a.createdAt),
  )
  const selected = computed(
    () => experiments.value.find(({ id }) => id === navigation.experimentId) ?? experiments.value[0] ?? null,
  )

  on('experiment', ({ experiment }) => changed(experiment))
  on('experimentDeleted', ({ id }) => deleted(id))

  async function create(argument: IpcArgument<'experiments.create'>): Promise<boolean> {
    const isUnchanged = navigation.remember()
    const how = await runs.howToStart()
    if (how === null) return false
    const asked = how === 'queue' ? { ...argument, queue: true } : argument
    const experiment = await act('new', () => request('experiments.create', asked))
    if (experiment && isUnchanged()) navigation.openExperiment(experiment.id)
    return experiment !== null
  }
  const pause = (id: string) => act(id, () => request('experiments.pause', { id }))
  const stop = (id: string, save: boolean) => act(id, () => request('experiments.stop', { id, save }))
  /** Now, or behind what is queued, where a run that is not its own trains. */
  async function resume(id: string): Promise<void> {
    const how = await runs.howToStart(runsOf(id).find(isLive)?.id)
    if (how === null) return
    await act(id, () => request('experiments.resume', how === 'queue' ? { id, queue: true } : { id }))
  }

  /** Whether a run of it trains, or has just ended. */
  const isActive = ({ activity }: Experiment): boolean => activity !== null && activity !== 'queued'
  const canResume = (experiment: Experiment): boolean =>
    !isActive(experiment) && experiment.datasetId !== null && hasRunsLeft(experiment)
  const hasRunsLeft = ({ id }: Experiment): boolean =>
    runsLeft(runsOf(id)).length > 0 &&
    // A live run without activity is trained by another process.
    !runsOf(id).some(isLive)

  /** Pauses an active experiment, resumes one that can be. */
  function toggle(experiment: Experiment): void {
    if (busy.value.has(experiment.id)) return
    if (isActive(experiment)) void pause(experiment.id)
    else if (canResume(experiment)) void resume(experiment.id)
  }

  return {
    ...{ experiments, selected, runsOf, variants, titles, busy, preparing },
    ...{ load, create, pause, stop, resume, isActive, canResume, toggle },
  }
})
