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
  'history.noRoomToTrain': {
    message: 'The history of runs cannot be written, so no run can be trained now.',
    hint: 'Make room on the disk of the data folder, then try again.',
  },
  'history.noRoomToCopy': {
    message: 'There is no room to copy the history before it is updated.',
    hint: 'Nothing was changed. Make {megabytes} MB of room on this disk, then start again.',
  },
  'history.newer': {
    message: 'This history was written by a newer Flowerbed.',
    hint: 'Update Flowerbed, or start it with another data folder (--data-dir).',
  },
  'history.noRoomToRead': {
    message: 'The history of runs is read-only, and the copy to read it from cannot be made.',
    hint: 'It is untouched. See that you may read it, and that there is room in {folder}.',
  },
  'history.notOpened': {
    message: 'The history of runs cannot be opened.',
    hint: 'It is as it was: leave its file where it is.',
  },
  'history.unknownKind': { message: 'this version knows no kind “{kind}” of them' },
  'history.columnDamaged': { message: 'its “{column}” is damaged' },
  'history.damagedRow': { message: 'it is damaged' },
  'history.unknownPart': { message: 'its “{part}” is not as this version knows it' },
  'history.unreadableRow': {
    message: 'What the history says of this {kind} cannot be read.',
    hint: 'Its files and everything else are untouched. If a newer Flowerbed wrote it, update this one; else it can only be deleted.',
  },
  'run.kind': { message: 'run' },
  'dataset.kind': { message: 'dataset' },
  'experiment.kind': { message: 'experiment' },
  'sample.kind': { message: 'sample' },
  'evaluation.kind': { message: 'evaluation' },
  'checkpoint.kind': { message: 'checkpoint' },
  'setting.kind': { message: 'setting' },
  'attribute.kind': { message: 'attribute' },
  'pinnedPair.kind': { message: 'pinned pair' },
  'target.kind': { message: 'target' },
} as const satisfies ErrorEntries
