import type { ErrorEntries } from './entries.ts'

export const filesErrors = {
  'files.dataFolderNotWritable': {
    message: 'The data folder {folder} is not writable',
    hint: 'Choose a folder that you may write to with --data-dir or FLOWERBED_DATA_DIR.',
  },
  'files.noRoomForDataFolder': {
    message: 'The disk is too full to make the data folder.',
    hint: 'Make room on this disk, or choose another folder with --data-dir.',
  },
  'files.dataFolderNotMade': {
    message: 'The data folder cannot be made.',
    hint: 'Choose a folder you may write to with --data-dir.',
  },
} as const satisfies ErrorEntries
