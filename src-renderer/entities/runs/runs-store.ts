import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { TrainProgress } from '#shared/engine-messages.ts'
import type { IpcArgument } from '#shared/ipc.ts'
import { canResume, isLive } from '#shared/run-status.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { on } from '../../api/events.ts'
import { request } from '../../api/index.ts'
import { useNavigation } from '../../composables/navigation.ts'
import { useRecords } from '../../composables/records.ts'

/** All runs, kept current by main's events, and the actions on one. */
export const useRuns = defineStore('runs', () => {
  const navigation = useNavigation()
  const { byId, busy, changed, deleted, load, act } = useRecords(() => request('runs.list'))
  const progress = shallowRef(new Map<string, TrainProgress>())

  /** Newest first. */
  const runs = computed(() => [...byId.value.values()].sort((a, b) => b.createdAt - a.createdAt))
  const live = computed(() => runs.value.find(isLive) ?? null)
  /** The run that the Run, Gallery and Interpolation pages show. */
  const selected = computed(
    () => byId.value.get(navigation.runId ?? '') ?? live.value ?? runs.value[0] ?? null,
  )

  on('run', ({ run }) => changed(run))
  on('runDeleted', ({ id }) => deleted(id))
  on('progress', ({ runId, progress: latest }) => {
    progress.value = new Map(progress.value).set(runId, latest)
  })

  async function create(argument: IpcArgument<'runs.create'>): Promise<RunRecord | null> {
    const isUnchanged = navigation.remember()
    const run = await act('new', () => request('runs.create', argument))
    // A page that was opened meanwhile stays.
    if (run && isUnchanged()) navigation.openRun(run.id)
    return run
  }

  const pause = (id: string) => act(id, () => request('runs.pause', { id }))
  /** From the latest checkpoint, or from the one of a step. */
  const resume = (id: string, step?: number) =>
    act(id, () => request('runs.resume', step === undefined ? { id } : { id, step }))
  const stop = (id: string, save: boolean) => act(id, () => request('runs.stop', { id, save }))
  const extend = (id: string, more: Omit<IpcArgument<'runs.extend'>, 'id'>) =>
    act(id, () => request('runs.extend', { id, ...more }))
  const update = (argument: IpcArgument<'runs.update'>) =>
    act(argument.id, () => request('runs.update', argument))

  /** The space bar: pauses a run that trains, else resumes it. */
  function toggle(run: RunRecord): void {
    if (busy.value.has(run.id)) return
    if (run.status === 'training') void pause(run.id)
    else if (canResume(run)) void resume(run.id)
  }

  return { runs, live, selected, progress, busy, load, create, pause, resume, stop, extend, update, toggle }
})
