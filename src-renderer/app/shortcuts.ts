import { useEventListener } from '@vueuse/core'
import { acceleratorPrefix, commandIds, commands } from '#shared/commands.ts'
import type { CommandId } from '#shared/commands.ts'
import { platform } from '../api/index.ts'

/** Whether the focused element handles the key itself. */
function isTaken(event: KeyboardEvent): boolean {
  const { target } = event
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target.closest('[role="dialog"]')) return true
  if (['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)) return true
  // Space presses a focused button.
  return event.key === ' ' && target.closest('button, a, [role="button"], summary') !== null
}

/** The command of a key that was pressed. */
function commandOf(event: KeyboardEvent): CommandId | undefined {
  if (event.altKey) return undefined
  const { ctrlKey, metaKey } = event
  const [command, other] = platform() === 'darwin' ? [metaKey, ctrlKey] : [ctrlKey, metaKey]
  const pressed = event.key.toLowerCase()
  if (command && !event.shiftKey) {
    return commandIds.find(
      (id) => commands[id].accelerator?.slice(acceleratorPrefix.length).toLowerCase() === pressed,
    )
  }
  if (command || other || isTaken(event)) return undefined
  return commandIds.find((id) => commands[id].key === pressed)
}

/** Listens for the shortcuts that work anywhere in the window. */
export function useShortcuts(perform: (command: CommandId) => void): void {
  useEventListener(window, 'keydown', (event) => {
    const command = commandOf(event)
    if (command === undefined) return
    event.preventDefault()
    perform(command)
  })
}
