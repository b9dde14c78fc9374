import type { ErrorEntries } from '../../en/errors/entries.ts'

export const remoteErrors = {
  'target.unknown': {
    message: 'Es gibt kein Ziel „{name}“.',
    hint: 'Alle auflisten: flowerbed target list',
  },
  'target.nameTaken': {
    message: 'Es gibt schon ein Ziel „{name}“.',
    hint: 'Einen anderen Namen wählen oder jenes vorher entfernen: flowerbed target remove {name}',
  },
} as const satisfies ErrorEntries
