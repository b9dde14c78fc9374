import type { ErrorEntries } from './entries.ts'

export const filesErrors = {
  'files.dataFolderNotWritable': {
    message: 'The data folder {folder} is not writable',
    hint: 'Choose a folder that you may write to with --data-dir or FLOWERBED_DATA_DIR.',
  },
} as const satisfies ErrorEntries
