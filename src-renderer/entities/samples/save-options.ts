import { defineStore } from 'pinia'
import { reactive } from 'vue'
import { defaultSaveOptions } from './use-save.ts'

/** How animations are saved, as long as the window is open. */
export const useSaveOptions = defineStore('save-options', () => ({
  interpolation: reactive(defaultSaveOptions()),
  // From noise to image, and not back.
  trajectory: reactive({ ...defaultSaveOptions(), framesPerSecond: 12, backAndForth: false }),
}))
