import { onScopeDispose, watch } from 'vue'
import type { Ref } from 'vue'
import type { IpcArgument } from '#shared/ipc.ts'
import type { DeviceChoice } from '#shared/schemas/run.ts'
import type { WorkerChoice } from '#shared/workers.ts'
import { request } from '../../api/index.ts'
import type { TrainingImages } from './run-choice.ts'
import type { RunDraft } from './run-draft.ts'

interface SetUpRun {
  draft: RunDraft
  images: () => TrainingImages | null
  target: Readonly<Ref<string | null>>
  workers: Readonly<Ref<WorkerChoice | null>>
  device: Readonly<Ref<DeviceChoice | null>>
}

/** A run is prepared once its settings have not changed for this long. */
const pauseMs = 1000

/** Frees what was prepared for a run that does not start after all. */
export function dropPreparedRun(): void {
  // A run that is not prepared starts as well.
  void request('runs.dropPrepared').catch(() => undefined)
}

/**
 * Has main prepare the run that is set up, while its settings are looked at; freed with the component unless it is to start.
 * @returns `keep`: called with whether the run is about to start
 */
export function usePreparedRun(run: SetUpRun): { keep: (isKept: boolean) => void } {
  const question = () => questionOf(run)
  let timer: ReturnType<typeof setTimeout> | undefined
  let isAsked = false
  let isKept = false

  const drop = () => {
    clearTimeout(timer)
    if (isAsked) dropPreparedRun()
    isAsked = false
  }
  watch(
    () => JSON.stringify(question()),
    () => {
      const asked = question()
      if (!asked) {
        drop()
        return
      }
      clearTimeout(timer)
      timer = setTimeout(() => {
        isAsked = true
        void request('runs.prepare', asked).catch(() => undefined)
      }, pauseMs)
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    if (isKept) clearTimeout(timer)
    else drop()
  })
  return { keep: (kept) => (isKept = kept) }
}

/** The run that is set up, as main is asked; null where there is none that this computer would train alone. */
function questionOf({ draft, images, ...chosen }: SetUpRun): IpcArgument<'runs.prepare'> | null {
  const [known, device] = [images(), chosen.device.value]
  if (!known || !draft.valid.value || chosen.target.value !== null || chosen.workers.value) return null
  const { shape, count, labels } = known
  return {
    images: { shape, count, labels },
    ...{ preset: draft.preset.value, changes: draft.changes.value },
    ...(device === null ? {} : { device }),
  }
}
