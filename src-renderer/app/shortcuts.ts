import { useEventListener } from '@vueuse/core'
import type { Page } from '#shared/ipc.ts'
import { platform } from '../api/index.ts'
import { pageList } from './page-list.ts'

/** Pages by the letter that opens them. */
const pageByLetter: Record<string, Page> = { g: 'gallery', l: 'interpolation', r: 'run' }

/** Whether the focused element handles the key itself. */
function isTaken(event: KeyboardEvent): boolean {
  const { target } = event
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target.closest('[role="dialog"]')) return true
  if (['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)) return true
  // Space presses a focused button.
  return event.key === ' ' && target.closest('button, a, [role="button"], summary') !== null
}

/** Listens for the shortcuts that work anywhere in the window. */
export function useShortcuts(actions: {
  go: (page: Page) => void
  toggleTraining: () => void
  showShortcuts: () => void
}): void {
  useEventListener(window, 'keydown', (event) => {
    const command = platform() === 'darwin' ? event.metaKey : event.ctrlKey
    if (command) {
      const page = pageList[Number(event.key) - 1] ?? (event.key === ',' ? 'settings' : undefined)
      if (page) {
        event.preventDefault()
        actions.go(page)
      }
      return
    }
    if (event.altKey || event.metaKey || event.ctrlKey || isTaken(event)) return
    const page = pageByLetter[event.key.toLowerCase()]
    if (page) actions.go(page)
    else if (event.key === ' ') {
      event.preventDefault()
      actions.toggleTraining()
    } else if (event.key === '?') actions.showShortcuts()
  })
}
