import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { DeviceStatement, InstallProgress, RuntimeStatus, RuntimeVariant } from '#contract/doctor.ts'
import { toFlowerbedError } from '#contract/errors.ts'
import type { FlowerbedError } from '#contract/errors.ts'
import { on } from '../../api/events.ts'
import { request } from '../../api/index.ts'
import { useDoctor } from './doctor-store.ts'

/** TensorFlow runtimes; a store, because an install goes on while the user is elsewhere. */
export const useRuntimes = defineStore('runtimes', () => {
  const status = shallowRef<RuntimeStatus | null>(null)
  const device = shallowRef<DeviceStatement | null>(null)
  const installing = shallowRef<RuntimeVariant | null>(null)
  const cancelling = shallowRef(false)
  const progress = shallowRef<InstallProgress | null>(null)
  const error = shallowRef<FlowerbedError | null>(null)
  const doctor = useDoctor()

  on('install', (event) => {
    // Events take another road than answers: one that comes after the end is stale.
    if (installing.value) progress.value = event.progress
  })

  /** Remembers what went wrong; what the user cancelled themselves did not. */
  function fail(thrown: unknown): void {
    const failure = toFlowerbedError(thrown)
    if (failure.kind !== 'cancelled') error.value = failure
  }

  async function load(): Promise<void> {
    error.value = null
    try {
      status.value = await request('runtime.status')
      device.value = await request('runtime.device')
    } catch (thrown) {
      fail(thrown)
    }
  }

  async function install(variant: RuntimeVariant): Promise<void> {
    if (installing.value) return
    error.value = null
    progress.value = null
    installing.value = variant
    try {
      status.value = await request('runtime.install', { variant })
      device.value = await request('runtime.device')
      doctor.forget()
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

  /** Removes every version of a variant that we installed; a refusal is the caller's to show. */
  async function remove(variant: RuntimeVariant): Promise<void> {
    status.value = await request('runtime.remove', { variant })
    device.value = await request('runtime.device')
    doctor.forget()
  }

  return { status, device, installing, cancelling, progress, error, load, install, cancel, remove }
})
