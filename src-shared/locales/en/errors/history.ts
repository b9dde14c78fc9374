import type { ErrorEntries } from './entries.ts'

export const historyErrors = {
  'history.full': {
    message: 'The disk is full, so the history of runs cannot be written.',
    hint: 'What is in it is safe. Make room on the disk that holds the data folder, then try again.',
  },
  'history.readOnly': {
    message: 'The history of runs is read-only.',
    hint: 'What is in it is safe. Allow writing to the data folder, or choose another one with --data-dir.',
  },
  'history.notAllowed': {
    message: 'This user may not open the history of runs.',
    hint: 'It is untouched. Allow reading and writing of the data folder, or choose another one with --data-dir.',
  },
  'history.cannotOpen': {
    message: 'The file of the history of runs cannot be opened.',
    hint: 'It is untouched. See that the data folder is there and that you may read it and write to it.',
  },
  'history.busy': {
    message: 'Another program is using the history of runs.',
    hint: 'It is untouched. End other Flowerbeds and commands on this data folder, or wait, then try again.',
  },
  'history.diskFailed': {
    message: 'The disk failed while the history of runs was read or written.',
    hint: 'Leave its file where it is. See that the disk is connected, sound and not full, then try again.',
  },
  'history.noMemory': {
    message: 'There is not enough memory to read the history of runs.',
    hint: 'It is untouched. Close other programs, then try again.',
  },
  'history.damaged': {
    message: 'The history of runs is damaged.',
    hint: 'Move its file aside, with those named alike that end in -wal and -shm; images, checkpoints and samples stay in their folders.',
  },
  'history.notADatabase': {
    message: 'The file of the history of runs is not a database.',
    hint: 'Move it aside, with those named alike that end in -wal and -shm; images, checkpoints and samples stay in their folders.',
  },
} as const satisfies ErrorEntries
