import type { ErrorEntries } from './entries.ts'

export const averagingErrors = {
  'average.constantDecay': {
    message: 'This run kept one average of constant decay, from which no other can be made.',
    hint: 'Train with weight averaging by a power function: --set emaKind=power.',
  },
  'average.inTraining': {
    message: '“{name}” is in training.',
    hint: 'Pause it first; training resumes afterwards as if nothing had been changed.',
  },
  'average.width': { message: 'A width is a number from {min} to {max}, not {width}.' },
  'average.snapshotGone': {
    message: 'Snapshots of the averages were deleted meanwhile.',
    hint: 'Try again; the averages are then made of those that are left.',
  },
  'average.otherLabels': {
    message: 'The images of this run have other labels than when it was trained.',
    hint: 'Import the folder again as it was.',
  },
  'average.noRoom': {
    message: 'The disk has no room for the checkpoint: it needs {needed}, and {free} are free.',
    hint: 'Free some space by deleting runs or by thinning out checkpoints.',
  },
} as const satisfies ErrorEntries
