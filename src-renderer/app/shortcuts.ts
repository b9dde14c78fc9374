import { useEventListener } from '@vueuse/core'
import type { Place } from '#shared/ipc.ts'
import { platform } from '../api/index.ts'
import { placeList } from './page-list.ts'

const lettered: Record<string, Place> = { g: 'gallery', l: 'latent', r: 'run' }

/** Whether a key belongs to what has the focus rather than to the window. */
function isTaken(event: KeyboardEvent): boolean {
  const { target } = event
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target.closest('[role="dialog"]')) return true
  if (['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)) return true
  // Space presses a focused button.
  return event.key === ' ' && target.closest('button, a, [role="button"], summary') !== null
}

/** The keys that hold anywhere in the window. */
export function useShortcuts(actions: {
  go: (place: Place) => void
  toggleTraining: () => void
  showKeys: () => void
}): void {
  useEventListener(window, 'keydown', (event) => {
    const command = platform() === 'darwin' ? event.metaKey : event.ctrlKey
    if (command) {
      const place = placeList[Number(event.key) - 1]?.place ?? (event.key === ',' ? 'settings' : undefined)
      if (place) {
        event.preventDefault()
        actions.go(place)
      }
      return
    }
    if (event.altKey || event.metaKey || event.ctrlKey || isTaken(event)) return
    const place = lettered[event.key.toLowerCase()]
    if (place) actions.go(place)
    else if (event.key === ' ') {
      event.preventDefault()
      actions.toggleTraining()
    } else if (event.key === '?') actions.showKeys()
  })
}
