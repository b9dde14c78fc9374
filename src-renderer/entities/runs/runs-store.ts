import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { TrainProgress } from '#shared/engine-messages.ts'
import type { IpcArgument } from '#shared/ipc.ts'
import { canResume, isLive } from '#shared/run-status.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { on } from '../../api/events.ts'
import { request } from '../../api/index.ts'
import { ChangeTracker } from '../../composables/latest-only.ts'
import { useNavigation } from '../../composables/navigation.ts'
import { useNotices } from '../../composables/notices.ts'

/** All runs, kept current by main's events, and the actions on one. */
export const useRuns = defineStore('runs', () => {
  const navigation = useNavigation()
  const notices = useNotices()
  const byId = shallowRef(new Map<string, RunRecord>())
  const progress = shallowRef(new Map<string, TrainProgress>())
  /** Ids with a request on its way, so that a button is not pressed twice. */
  const busy = shallowRef(new Set<string>())
  const changes = new ChangeTracker()

  /** Newest first. */
  const runs = computed(() => [...byId.value.values()].sort((a, b) => b.createdAt - a.createdAt))
  const live = computed(() => runs.value.find(isLive) ?? null)
  /** The run that the Run, Gallery and Interpolation pages show. */
  const selected = computed(
    () => byId.value.get(navigation.runId ?? '') ?? live.value ?? runs.value[0] ?? null,
  )

  function put(run: RunRecord): void {
    byId.value = new Map(byId.value).set(run.id, run)
  }

  on('run', ({ run }) => {
    changes.mark(run.id)
    put(run)
  })
  on('runDeleted', ({ id }) => {
    changes.mark(id)
    const rest = new Map(byId.value)
    rest.delete(id)
    byId.value = rest
  })
  on('progress', ({ runId, progress: latest }) => {
    progress.value = new Map(progress.value).set(runId, latest)
  })

  async function load(): Promise<void> {
    const isChangedSince = changes.begin()
    const found = (await request('runs.list')).filter(({ id }) => !isChangedSince(id))
    const newer = [...byId.value.values()].filter(({ id }) => isChangedSince(id))
    byId.value = new Map([...found, ...newer].map((run) => [run.id, run]))
  }

  /** Runs a request about a run; an error becomes a notice. */
  async function act(id: string, task: () => Promise<RunRecord>): Promise<RunRecord | null> {
    busy.value = new Set(busy.value).add(id)
    const isChangedSince = changes.begin()
    try {
      const run = await task()
      if (!isChangedSince(run.id)) put(run)
      return run
    } catch (error) {
      notices.addError(error)
      return null
    } finally {
      const rest = new Set(busy.value)
      rest.delete(id)
      busy.value = rest
    }
  }

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
  const extend = (id: string, steps: number) => act(id, () => request('runs.extend', { id, steps }))
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
