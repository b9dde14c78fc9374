import type { ErrorEntries } from './entries.ts'

export const remoteErrors = {
  'target.unknown': {
    message: 'There is no target “{name}”.',
    hint: 'List them: flowerbed target list',
  },
  'target.nameTaken': {
    message: 'There is a target “{name}” already.',
    hint: 'Choose another name, or remove that one first: flowerbed target remove {name}',
  },
} as const satisfies ErrorEntries
