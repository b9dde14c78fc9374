import { useIntervalFn } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { expectedStarts } from '#shared/run-queue.ts'
import type { Lane } from '#shared/run-queue.ts'
import type { QueueCondition, QueueState } from '#shared/schemas/queue.ts'
import { on } from '../../api/events.ts'
import { request } from '../../api/index.ts'
import { useNotices } from '../../composables/notices.ts'
import { t } from '../../i18n.ts'
import { secondsInLanes } from './lane-time.ts'
import { lengthLabel, startLabel } from './queue-labels.ts'
import type { QueuedRun } from './queue-labels.ts'
import { useRuns } from './runs-store.ts'

/** Starts are expected anew this often. */
const refreshMs = 15_000

/** The queue, kept current by main's events, and what may be done to it. */
export const useQueue = defineStore('queue', () => {
  const runs = useRuns()
  const notices = useNotices()
  const state = shallowRef<QueueState>({ entries: [], held: false, heldTargets: [], devices: [] })
  let isTold = false
  const now = shallowRef(Date.now())
  useIntervalFn(() => (now.value = Date.now()), refreshMs)

  on('queue', ({ queue }) => {
    isTold = true
    state.value = queue
    now.value = Date.now()
  })

  /** Whether anything is on hold, here or on a target. */
  const held = computed(() => state.value.held || state.value.heldTargets.length > 0)
  const isHeld = (target: string | null) =>
    target === null ? state.value.held : state.value.heldTargets.includes(target)
  /** What trains on this computer, null, or on a target, and for how long. */
  function lanesOf(target: string | null): Lane[] {
    const gpus = state.value.devices.filter(({ device }) => device !== 'cpu')
    if (target === null && gpus.length > 0) return gpus.map(({ runId }) => laneOf(null, runId))
    return [laneOf(target, runs.liveOn(target)?.id ?? null)]
  }
  function laneOf(target: string | null, live: string | null): Lane {
    const isBlocked = state.value.entries.some((entry) => entry.target === target && entry.reason !== null)
    if (live !== null) return { busySeconds: runs.progress.get(live)?.secondsLeft ?? null, live }
    return { busySeconds: isHeld(target) || isBlocked ? null : 0, live }
  }
  const starts = computed(() => {
    const targets = new Set([null, ...state.value.entries.map(({ target }) => target)])
    const lanes = new Map([...targets].map((target) => [target, lanesOf(target)]))
    return expectedStarts(state.value.entries, { now: now.value, lanes })
  })
  const queued = computed((): QueuedRun[] =>
    state.value.entries.flatMap((entry, i) => {
      const run = runs.byId.get(entry.runId)
      const before = state.value.entries.slice(0, i)
      const turn = 1 + before.filter(({ target }) => target === entry.target).length
      const start = starts.value.get(entry.runId) ?? null
      return run ? [{ ...entry, run, position: i + 1, turn, start }] : []
    }),
  )
  /** What all queued runs take, those of one target or device one after the other; null where one of them is not known. */
  const totalSeconds = computed(() => {
    const lengths = new Map<string | null, number[]>()
    for (const { target, seconds } of queued.value) {
      if (seconds === null) return null
      lengths.set(target, [...(lengths.get(target) ?? []), seconds])
    }
    return Math.max(0, ...[...lengths].map(([target, all]) => secondsInLanes(all, lanesOf(target).length)))
  })
  const find = (runId: string): QueuedRun | null => queued.value.find(({ run }) => run.id === runId) ?? null

  /** “starts at about 14:30”. */
  const startOf = (one: QueuedRun): string =>
    startLabel(one, {
      now: now.value,
      held: isHeld(one.target),
      nameOf: (id) => runs.byId.get(id)?.name,
    })
  /** Where a run stands in the queue, in a sentence; null for one that is not in it. */
  function sentenceOf(runId: string): string | null {
    const one = find(runId)
    if (!one) return null
    const said = t('queue.sentence', {
      position: one.position,
      start: startOf(one),
      length: lengthLabel(one),
    })
    return one.reason === null ? said : `${said} · ${one.reason}`
  }

  async function load(): Promise<void> {
    const found = await request('queue.get')
    if (isTold) return
    state.value = found
    runs.devices = found.devices
  }

  async function attempt(task: () => Promise<void>): Promise<boolean> {
    try {
      await task()
      return true
    } catch (error) {
      notices.addError(error)
      return false
    }
  }
  const remove = (id: string) => attempt(() => request('queue.remove', { id }))
  const schedule = (id: string, condition: QueueCondition) =>
    attempt(() => request('queue.schedule', { id, ...condition }))
  const setTarget = (id: string, target: string | null) =>
    attempt(() => request('queue.setTarget', { id, target }))
  const goOn = () => attempt(() => request('queue.goOn'))

  /** Moves a run to a position counted from 0: at once here, then in main. */
  async function move(id: string, position: number): Promise<void> {
    const { entries } = state.value
    const entry = entries.find(({ runId }) => runId === id)
    const to = Math.max(0, Math.min(entries.length - 1, position))
    if (!entry || entries[to] === entry) return
    const others = entries.filter((other) => other !== entry)
    const before = state.value
    state.value = { ...before, entries: [...others.slice(0, to), entry, ...others.slice(to)] }
    const moved = state.value
    const isDone = await attempt(() => request('queue.move', { id, position: to }))
    if (!isDone && state.value === moved) state.value = before
  }

  return {
    ...{ queued, held, totalSeconds, now, find, startOf, sentenceOf },
    ...{ load, remove, move, schedule, setTarget, goOn },
  }
})
