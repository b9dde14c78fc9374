import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { DoctorReport } from '#shared/schemas/doctor.ts'
import { toFlowerbedError } from '#shared/errors.ts'
import type { FlowerbedError } from '#shared/errors.ts'
import { request } from '../../api/index.ts'

/** The last report of the doctor, kept while the page is left because it takes some seconds. */
export const useDoctor = defineStore('doctor', () => {
  const report = shallowRef<DoctorReport | null>(null)
  const error = shallowRef<FlowerbedError | null>(null)
  const busy = shallowRef(false)
  let stale = false

  async function check(): Promise<void> {
    if (busy.value) return
    busy.value = true
    error.value = null
    try {
      do {
        stale = false
        report.value = await request('app.doctor')
      } while (stale as boolean)
    } catch (thrown) {
      error.value = toFlowerbedError(thrown)
    } finally {
      busy.value = false
    }
  }

  /** Marks the report as outdated: it is made again if there has been one. */
  function invalidate(): void {
    if (busy.value) stale = true
    else if (report.value) void check()
  }

  return { report, error, busy, check, invalidate }
})
