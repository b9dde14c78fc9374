import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { OpenedSample } from '#shared/ipc.ts'
import { request } from '../../api/index.ts'
import { useNotices } from '../../composables/notices.ts'

/** The image file of the app's that was dropped on the window. */
export const useOrigin = defineStore('origin', () => {
  const notices = useNotices()
  const opened = shallowRef<OpenedSample | null>(null)

  /** Shows where dropped files come from. @returns whether they were one file that says so */
  async function open(paths: string[]): Promise<boolean> {
    const [path, ...others] = paths
    if (path === undefined || others.length > 0 || !path.toLowerCase().endsWith('.png')) return false
    try {
      const found = await request('samples.open', { path })
      if (found) opened.value = found
      return found !== null
    } catch (error) {
      notices.addError(error)
      return false
    }
  }
  function close(): void {
    opened.value = null
  }
  return { opened, open, close }
})
