import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type {
  DeviceStatement,
  InstallProgress,
  RuntimeStatus,
  RuntimeVariant,
} from '#shared/schemas/doctor.ts'
import { toFlowerbedError } from '#shared/errors.ts'
import type { FlowerbedError } from '#shared/errors.ts'
import { on } from '../../api/events.ts'
import { request } from '../../api/index.ts'
import { latestOnly } from '../../composables/latest-only.ts'
import { useDoctor } from './doctor-store.ts'

/** TensorFlow runtimes; a store, because an install continues while another page is open. */
export const useRuntimes = defineStore('runtimes', () => {
  const status = shallowRef<RuntimeStatus | null>(null)
  const device = shallowRef<DeviceStatement | null>(null)
  const installing = shallowRef<RuntimeVariant | null>(null)
  const cancelling = shallowRef(false)
  const progress = shallowRef<InstallProgress | null>(null)
  const error = shallowRef<FlowerbedError | null>(null)
  const doctor = useDoctor()
  const latest = latestOnly()

  on('install', (event) => {
    // Events and answers may arrive in any order: an event after the end is stale.
    if (installing.value) progress.value = event.progress
  })

  /** Keeps an error to show it, except that the user cancelled. */
  function fail(thrown: unknown): void {
    const failure = toFlowerbedError(thrown)
    if (failure.kind !== 'cancelled') error.value = failure
  }

  async function load(): Promise<void> {
    const isLatest = latest.begin()
    error.value = null
    try {
      const found = await request('runtime.status')
      if (!isLatest()) return
      status.value = found
      const current = await request('runtime.device')
      if (isLatest()) device.value = current
    } catch (thrown) {
      if (isLatest()) fail(thrown)
    }
  }

  /** Takes the result of an install or removal; answers to earlier requests are out of date. */
  async function applyStatus(found: RuntimeStatus): Promise<void> {
    const isLatest = latest.begin()
    status.value = found
    doctor.invalidate()
    const current = await request('runtime.device')
    if (isLatest()) device.value = current
  }

  async function install(variant: RuntimeVariant): Promise<void> {
    if (installing.value) return
    error.value = null
    progress.value = null
    installing.value = variant
    try {
      await applyStatus(await request('runtime.install', { variant }))
    } catch (thrown) {
      fail(thrown)
    } finally {
      installing.value = null
      cancelling.value = false
      progress.value = null
    }
  }

  async function cancel(): Promise<void> {
    if (cancelling.value) return
    cancelling.value = true
    try {
      await request('runtime.cancel')
    } catch (thrown) {
      cancelling.value = false
      fail(thrown)
    }
  }

  /** Removes every version of a variant that Flowerbed has installed. @throws FlowerbedError that the caller shows */
  async function remove(variant: RuntimeVariant): Promise<void> {
    await applyStatus(await request('runtime.remove', { variant }))
  }

  return { status, device, installing, cancelling, progress, error, load, install, cancel, remove }
})
