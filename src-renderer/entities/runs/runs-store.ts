import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { TrainProgress } from '#shared/engine-messages.ts'
import type { IpcArgument } from '#shared/ipc.ts'
import { canResume, isLive } from '#shared/run-status.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { chosenGpu, placeNow } from '#shared/training-devices.ts'
import type { ChosenDevices, DeviceState, TrainingDevice } from '#shared/training-devices.ts'
import type { WorkerState } from '#shared/workers.ts'
import { on } from '../../api/events.ts'
import { request } from '../../api/index.ts'
import { useNavigation } from '../../composables/navigation.ts'
import { useRecords } from '../../composables/records.ts'
import { t } from '../../i18n.ts'
import { useStartQuestion } from './start-question.ts'
import type { RunChoice } from './run-choice.ts'
import type { StartAnswer, StartDecision } from './start-question.ts'

/** Where a run trains. */
type Place = ChosenDevices & Pick<RunRecord, 'target'>

/** All runs, kept current by main's events, and the actions on one. */
export const useRuns = defineStore('runs', () => {
  const navigation = useNavigation()
  const { byId, busy, changed, deleted, load, act } = useRecords(() => request('runs.list'))
  const progress = shallowRef(new Map<string, TrainProgress>())
  const waiting = shallowRef(new Map<string, string>())
  const workers = shallowRef(new Map<string, WorkerState[]>())

  /** Newest first. */
  const runs = computed(() => [...byId.value.values()].sort((a, b) => b.createdAt - a.createdAt))
  /** The devices of this computer where there are several, each with the run that it trains. */
  const devices = shallowRef<DeviceState[]>([])
  const deviceLabel = (device: TrainingDevice) =>
    device === 'cpu' ? t('runs.device.cpu') : t('runs.device.gpu', { index: chosenGpu(device) ?? 0 })
  /** The devices on which this computer trains a run, where it has several; else empty. */
  const devicesOf = ({ id }: RunRecord) =>
    devices.value.flatMap(({ device, runId }) => (runId === id ? [deviceLabel(device)] : [])).join(', ')
  /** The runs that this computer trains: one on each device. */
  const liveHere = computed(() => runs.value.filter((run) => isLive(run) && run.target === null))
  /** The newest of these. */
  const live = computed(() => liveOn(null))
  /** The run that a target trains. */
  const liveOn = (target: string | null) =>
    runs.value.find((run) => isLive(run) && run.target === target) ?? null
  /** The run that the Run, Gallery and Interpolation pages show. */
  const selected = computed(
    () =>
      byId.value.get(navigation.runId ?? '') ??
      live.value ??
      runs.value.find(isLive) ??
      runs.value[0] ??
      null,
  )

  on('run', ({ run }) => changed(run))
  on('runDeleted', ({ id }) => deleted(id))
  on('queue', ({ queue }) => (devices.value = queue.devices))
  on('progress', ({ runId, progress: latest }) => {
    progress.value = new Map(progress.value).set(runId, latest)
  })

  on('waiting', ({ runId, message }) => {
    waiting.value = new Map(waiting.value).set(runId, message)
  })
  on('workers', ({ runId, workers: latest }) => {
    workers.value = new Map(workers.value).set(runId, latest)
  })

  const { question: startQuestion, ask } = useStartQuestion()
  /**
   * How a run is to start; asks where another one trains in its place, which this one would pause or train beside. null
   * when it is not to start.
   * @param id of the run, where it is there already
   * @param asked where a new run is to train
   */
  async function howToStart(id?: string, asked: Partial<Place> = {}): Promise<StartAnswer | null> {
    const known = byId.value.get(id ?? '')
    const other = inPlaceOf({ target: null, deviceChoice: 'auto', workers: null, ...asked, ...known })
    if (other === null || other === id) return 'now'
    return await ask(other, known?.status !== 'queued')
  }
  /** The run that trains where another one is to. */
  const inPlaceOf = (run: Place): string | null =>
    run.target === null && devices.value.length > 0
      ? (placeNow(run, devices.value).pauses[0] ?? null)
      : (liveOn(run.target)?.id ?? null)

  /** How a new run is to start; null when it is not to be made. */
  async function decideStart(
    choice: Pick<RunChoice, 'target' | 'device' | 'workers' | 'startAt'>,
  ): Promise<StartDecision | null> {
    const { target = null, device: deviceChoice = 'auto', startAt } = choice
    const isUnchanged = navigation.remember()
    const place = { target, deviceChoice, workers: choice.workers ?? null }
    const how = startAt === undefined ? await howToStart(undefined, place) : 'queue'
    return how && { how, isUnchanged }
  }

  /** @param decided where it was asked before, such as before an import */
  async function create(
    argument: IpcArgument<'runs.create'>,
    decided?: StartDecision,
  ): Promise<RunRecord | null> {
    const decision = decided ?? (await decideStart(argument))
    if (decision === null) return null
    const { how, isUnchanged } = decision
    const queue = how === 'queue'
    const run = await act('new', () => request('runs.create', queue ? { ...argument, queue } : argument))
    // A page that was opened meanwhile stays.
    if (!run || !isUnchanged()) return run
    if (queue) navigation.go('queue')
    else navigation.openRun(run.id)
    return run
  }

  const pause = (id: string) => act(id, () => request('runs.pause', { id }))
  /** From the latest checkpoint, or from the one of a step. */
  async function resume(id: string, step?: number): Promise<void> {
    const how = await howToStart(id)
    if (how === null) return
    const argument = {
      id,
      ...(step === undefined ? {} : { step }),
      ...(how === 'queue' ? { queue: true } : {}),
    }
    await act(id, () => request('runs.resume', argument))
  }
  const stop = (id: string, save: boolean) => act(id, () => request('runs.stop', { id, save }))
  async function extend(id: string, more: Omit<IpcArgument<'runs.extend'>, 'id'>): Promise<void> {
    // One that is queued already is given more to train when its turn comes.
    const how = byId.value.get(id)?.status === 'queued' ? 'now' : await howToStart(id)
    if (how === null) return
    await act(id, () => request('runs.extend', { id, ...more, ...(how === 'queue' ? { queue: true } : {}) }))
  }
  const change = (argument: IpcArgument<'runs.change'>) =>
    act(argument.id, () => request('runs.change', argument))
  const update = (argument: IpcArgument<'runs.update'>) =>
    act(argument.id, () => request('runs.update', argument))

  /** The space bar: pauses a run that trains, else resumes it. */
  function toggle(run: RunRecord): void {
    if (busy.value.has(run.id)) return
    if (run.status === 'training') void pause(run.id)
    else if (canResume(run)) void resume(run.id)
  }

  return {
    ...{
      runs,
      byId,
      live,
      liveHere,
      liveOn,
      devices,
      deviceLabel,
      devicesOf,
      selected,
      progress,
      waiting,
      workers,
      busy,
      startQuestion,
    },
    ...{ howToStart, decideStart, load, create, pause, resume, stop, extend, change, update, toggle },
  }
})
