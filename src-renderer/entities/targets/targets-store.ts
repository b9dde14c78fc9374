import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { IpcArgument, TargetEntry } from '#shared/ipc.ts'
import { remoteStateText } from '#shared/labels/remote-state.ts'
import type { RemoteState } from '#shared/remote/remote-state.ts'
import { isLive } from '#shared/run-status.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { on } from '../../api/events.ts'
import { request } from '../../api/index.ts'
import { t } from '../../i18n.ts'

/** The machines and clusters that train runs, and what becomes of the runs there. */
export const useTargets = defineStore('targets', () => {
  const targets = shallowRef<TargetEntry[]>([])
  const states = shallowRef<ReadonlyMap<string, RemoteState>>(new Map())
  on('remote', ({ state }) => {
    states.value = new Map(states.value).set(state.runId, state)
  })

  const names = computed(() => targets.value.map(({ target }) => target.name))
  /** Those that can have a worker of a run. */
  const sshNames = computed(() =>
    targets.value.map(({ target }) => target).flatMap(({ kind, name }) => (kind === 'ssh' ? [name] : [])),
  )

  async function load(): Promise<void> {
    const [list, runs] = await Promise.all([request('targets.list'), request('targets.runs')])
    targets.value = list
    // What was told meanwhile is newer.
    states.value = new Map([...runs.map((state) => [state.runId, state] as const), ...states.value])
  }
  async function add(target: IpcArgument<'targets.add'>): Promise<void> {
    targets.value = await request('targets.add', target)
  }
  /** @param cluster with the machine that SkyPilot started */
  async function remove(name: string, cluster = false): Promise<void> {
    targets.value = await request('targets.remove', cluster ? { name, cluster } : { name })
  }
  /** Stops the machine that SkyPilot started. */
  async function stop(name: string): Promise<void> {
    await request('targets.stop', { name })
  }
  /** Asks a target what it is and has. */
  async function examine(name: string): Promise<void> {
    targets.value = await request('targets.examine', { name })
  }

  /** What becomes of a run on a target, in a sentence; null where what it trains says all. */
  function sentenceOf(run: RunRecord): string | null {
    const state = states.value.get(run.id)
    if (run.target === null || !isLive(run) || !state) return null
    return state.phase === 'training' && run.status === 'training' ? null : remoteStateText(state)
  }
  /** “ · on mars”; nothing for a run of this computer. */
  function placeOf(run: RunRecord): string {
    if (run.target === null) return ''
    const state = states.value.get(run.id)
    const node = isLive(run) && state?.phase === 'training' ? state.node : run.target
    return t('runs.target.on', { target: node === run.target ? node : `${node} (${run.target})` })
  }
  /** What a run is to be told as soon as its target is reached. */
  const wishOf = (run: RunRecord) => (isLive(run) ? (states.value.get(run.id)?.wish ?? null) : null)

  return { targets, names, sshNames, load, add, remove, stop, examine, sentenceOf, placeOf, wishOf }
})
