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
  'files.savingCancelled': { message: 'Saving was cancelled.' },
  'files.videoTooLarge': {
    message: 'A video of {width} × {height} pixels is larger than players show.',
    hint: 'Choose a smaller size, or save as WebP.',
  },
  'files.folderExists': {
    message: 'This folder exists already, and nothing is overwritten.',
    hint: 'Name a new folder.',
  },
  'files.notADataset': { message: 'This folder is not among the datasets of the data folder.' },
  'files.notAmongDatasets': { message: 'its folder is not among the datasets of this data folder' },
  'files.cancelled': { message: 'Cancelled' },
  'files.outside': {
    message: 'This is outside of the data folder, so it is not deleted.',
    hint: 'Nothing was removed. If it is to go, delete it with your file manager.',
  },
  'files.resourcesMissing': {
    message: 'The folder resources/{folder} is missing.',
    hint: 'Install Flowerbed again.',
  },
  'files.folderEmpty': { message: 'There is nothing in this folder yet.' },
  'files.folderNotShown': { message: 'The folder cannot be shown.' },
  'files.fileExists': {
    message: 'A file of this name exists already, and was not overwritten.',
    hint: 'Choose another name.',
  },
  'files.notSavedHere': { message: 'This was not saved from here.' },
  'write.fileInTheWay': {
    message: 'There is a file where a folder is needed.',
    hint: 'Choose another folder, or move the file aside.',
  },
  'write.folderInTheWay': {
    message: 'There is a folder where a file is needed.',
    hint: 'Add the name of a file to it.',
  },
  'write.notAllowed': {
    message: 'There is no permission to write here.',
    hint: 'Choose a folder you may write to.',
  },
  'write.readOnly': { message: 'This disk can only be read.', hint: 'Choose a folder you may write to.' },
  'write.noSpace': {
    message: 'There is no space left to write here.',
    hint: 'Free some, or choose a folder on another disk. No incomplete file was left.',
  },
  'write.nameTooLong': { message: 'This name is too long.', hint: 'Choose a shorter one.' },
  'write.linkLoop': { message: 'This link leads to itself.', hint: 'Choose another path.' },
  'write.noSuchPath': { message: 'This path does not exist.', hint: 'Choose another path.' },
  'write.failed': { message: 'This cannot be written ({code}).', hint: 'Choose another path.' },
} as const satisfies ErrorEntries
