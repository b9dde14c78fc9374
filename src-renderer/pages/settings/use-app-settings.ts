import { onScopeDispose, shallowRef } from 'vue'
import { toFlowerbedError } from '#shared/errors.ts'
import type { FlowerbedError } from '#shared/errors.ts'
import type { AppSettings } from '#shared/ipc.ts'
import { on } from '../../api/events.ts'
import { request } from '../../api/index.ts'
import { latestOnly } from '../../composables/latest-only.ts'

/** The app’s settings: shown as chosen at once, and as main has them once no request is pending. */
export function useAppSettings() {
  const settings = shallowRef<AppSettings | null>(null)
  const error = shallowRef<FlowerbedError | null>(null)
  const latest = latestOnly()
  let pending = 0

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
    pending++
    try {
      await request('app.settings', changes)
    } catch (thrown) {
      error.value = toFlowerbedError(thrown)
    } finally {
      pending--
    }
    // A setting that main has rejected goes back to its value there.
    if (isLatest()) await load()
  }

  // Changed elsewhere, as by a command.
  onScopeDispose(
    on('settings', (event) => {
      if (pending === 0) settings.value = event.settings
    }),
  )
  void load()
  return { settings, error, change }
}
