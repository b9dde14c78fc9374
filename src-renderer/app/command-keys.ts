import { acceleratorPrefix, commands } from '#shared/commands.ts'
import type { CommandId } from '#shared/commands.ts'
import { platform } from '../api/index.ts'
import { t } from '../i18n.ts'

/** The key that shortcuts are pressed with, as it is written on the keyboard. */
export const modifierLabel = (): string => (platform() === 'darwin' ? '⌘' : t('app.shortcuts.control'))

const keyLabel = (key: string): string => (key === ' ' ? t('app.shortcuts.space') : key.toUpperCase())

/** “Ctrl 2 or R”; null for a command without keys. */
export function keysOf(id: CommandId): string | null {
  const { accelerator, key } = commands[id]
  const labels = [
    ...(accelerator === undefined
      ? []
      : [`${modifierLabel()} ${accelerator.slice(acceleratorPrefix.length)}`]),
    ...(key === undefined ? [] : [keyLabel(key)]),
  ]
  const [first, second] = labels
  if (first === undefined) return null
  return second === undefined ? first : t('app.shortcuts.or', { first, second })
}
