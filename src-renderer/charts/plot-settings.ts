import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { Along } from './plot-frame.ts'

/** How curves are shown; the same for every run and kept from place to place. */
export const usePlotSettings = defineStore('plotSettings', () => {
  const metric = ref('loss')
  const smoothing = ref(0.9)
  const log = ref(false)
  const along = ref<Along>('step')
  return { metric, smoothing, log, along }
})
