import { shallowRef } from 'vue'
import { toFlowerbedError } from '#shared/errors.ts'
import type { FlowerbedError } from '#shared/errors.ts'
import type { AppSettings } from '#shared/ipc.ts'
import { request } from '../../api/index.ts'
import { latestOnly } from '../../composables/latest-only.ts'

/** The app’s settings: shown as chosen at once, and as main has them once no request is pending. */
export function useAppSettings() {
  const settings = shallowRef<AppSettings | null>(null)
  const error = shallowRef<FlowerbedError | null>(null)
  const latest = latestOnly()

  async function load(): Promise<void> {
    const isLatest = latest.begin()
    try {
      const info = await request('app.info')
      if (isLatest()) settings.value = info.settings
    } catch (thrown) {
      if (isLatest()) error.value = toFlowerbedError(thrown)
    }
  }

  /** Of several changes only the last answer counts: an earlier one does not know of the later changes. */
  async function change(changes: Partial<AppSettings>): Promise<void> {
    if (!settings.value) return
    settings.value = { ...settings.value, ...changes }
    error.value = null
    const isLatest = latest.begin()
    try {
      await request('app.settings', changes)
    } catch (thrown) {
      error.value = toFlowerbedError(thrown)
    }
    // A setting that main has rejected goes back to its value there.
    if (isLatest()) await load()
  }

  void load()
  return { settings, error, change }
}
