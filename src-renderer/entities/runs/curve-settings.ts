import { defineStore } from 'pinia'
import { reactive, ref } from 'vue'
import type { XAxis } from '../../charts/series-frame.ts'

/** How curves are shown; the same for every run, and kept from page to page. */
export const useCurveSettings = defineStore('curveSettings', () => {
  const metric = ref('loss')
  /** Weight of the moving average, in [0, 1). */
  const smoothing = ref(0.9)
  const log = ref(false)
  const axis = ref<XAxis>('step')
  /** Whether events are marked on the axis. */
  const events = ref(true)
  /** Every metric in a plot of its own. */
  const all = ref(false)
  /** The runs that are shown behind a run, by its id. */
  const overlays = reactive(new Map<string, string[]>())
  return { metric, smoothing, log, axis, events, all, overlays }
})
