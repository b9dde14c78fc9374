import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { XAxis } from '../../charts/series-frame.ts'

/** How curves are shown; the same for every run, and kept from page to page. */
export const useCurveSettings = defineStore('curveSettings', () => {
  const metric = ref('loss')
  /** Weight of the moving average, in [0, 1). */
  const smoothing = ref(0.9)
  const log = ref(false)
  const axis = ref<XAxis>('step')
  return { metric, smoothing, log, axis }
})
