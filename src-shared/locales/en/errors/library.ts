import type { ErrorEntries } from './entries.ts'

export const libraryErrors = {
  'dataset.gone': { message: 'These images are no longer in the library.' },
  'dataset.noImage': { message: 'There is no image {index}; there are {count}.' },
  'dataset.packedGone': {
    message: 'The packed images are gone.',
    hint: 'Import the folder again; the original images, runs and checkpoints are safe.',
  },
  'dataset.indexDamaged': {
    message: 'The index of the packed images is damaged.',
    hint: 'Import the folder again; the original images, runs and checkpoints are safe.',
  },
  'dataset.wrongSize': {
    message: 'The packed images are damaged: there are {size} bytes instead of {expected}.',
    hint: 'Import the folder again; the original images, runs and checkpoints are safe.',
  },
  'dataset.diskUnreadable': {
    message: 'The packed images cannot be read from the disk.',
    hint: 'Import the folder again; the original images, runs and checkpoints are safe.',
  },
  'dataset.checksum': {
    message: 'The packed images are damaged: the bytes on disk are not those that were written.',
    hint: 'Import the folder again; the original images, runs and checkpoints are safe.',
  },
  'dataset.cutOff': {
    message: 'The packed images are cut off.',
    hint: 'Import the folder again; the original images, runs and checkpoints are safe.',
  },
} as const satisfies ErrorEntries
