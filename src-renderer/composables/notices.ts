import { defineStore } from 'pinia'
import { ref } from 'vue'
import { toFlowerbedError } from '#shared/errors.ts'

export interface Notice {
  id: number
  level: 'info' | 'warning' | 'error'
  message: string
  hint?: string
  /** What can be done about it, by one button. */
  action?: { label: string; run: () => void }
}

/** Messages shown on every page; each stays until it is dismissed. */
export const useNotices = defineStore('notices', () => {
  const notices = ref<Notice[]>([])
  let lastId = 0

  /** @returns its id, to dismiss it by */
  function add(notice: Omit<Notice, 'id'>): number {
    lastId += 1
    notices.value = [...notices.value, { id: lastId, ...notice }]
    return lastId
  }

  /** Shows a thrown value, unless the user cancelled the work themselves. */
  function addError(thrown: unknown): void {
    const { kind, message, hint } = toFlowerbedError(thrown)
    if (kind === 'cancelled') return
    add({ level: 'error', message, ...(hint === undefined ? {} : { hint }) })
  }

  function dismiss(id: number): void {
    notices.value = notices.value.filter((notice) => notice.id !== id)
  }

  return { notices, add, addError, dismiss }
})
