import type { ErrorEntries } from './entries.ts'

export const libraryErrors = {
  'dataset.gone': { message: 'These images are no longer in the library.' },
  'dataset.noImageAt': { message: 'There is no image {index}; there are {count}.' },
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
  'import.cancelled': { message: 'The import was cancelled.' },
  'import.scanGone': {
    message: 'The scan of these images is no longer available.',
    hint: 'Choose the folder again.',
  },
  'import.unreadable': { message: '“{path}” {reason}.' },
  'dataset.inTraining': { message: '“{run}” is training on these images.', hint: 'Pause or stop it first.' },
  'import.decoderCrashed': {
    message: '“{path}” made the image decoder crash.',
    hint: 'Choose another image, or save this one again as PNG.',
  },
  'import.crashed': {
    message: 'The importer crashed again and again.',
    hint: 'Take the files it was reading out of the folder, or close other programs to free memory.',
  },
  'import.oneUnreadable': {
    message: 'No image could be read: “{path}” {reason}.',
    hint: 'Choose a folder with JPEG, PNG, WebP, GIF, AVIF, TIFF or SVG images.',
  },
  'import.noFiles': {
    message: 'No images were found: there are no files.',
    hint: 'Choose a folder with JPEG, PNG, WebP, GIF, AVIF, TIFF or SVG images.',
  },
  'import.noImages': {
    message: 'No images were found: none of {files} is an image that can be read.',
    hint: 'Choose a folder with JPEG, PNG, WebP, GIF, AVIF, TIFF or SVG images.',
  },
  'import.noImagesFor': {
    message:
      'No images were found: none of {files} is an image that can be read. For example “{path}” {reason}.',
    hint: 'Choose a folder with JPEG, PNG, WebP, GIF, AVIF, TIFF or SVG images.',
  },
  'import.oneFile': { message: 'one file' },
  'import.files': { message: '{count} files' },
  'import.diskFull': {
    message: 'The disk is too full for the packed images.',
    hint: 'Free some space, choose a smaller image size, or use another data folder.',
  },
  'import.noRoom': {
    message: 'The disk is too full for the packed images: {megabytes} MB are needed.',
    hint: 'Free some space, choose a smaller image size, or use another data folder.',
  },
  'dataset.tooFewLabels': {
    message: 'Training with labels needs images of at least {least} labels, and these have {count}.',
    hint: 'Import a folder with one subfolder for each label, or set labels=false.',
  },
  'import.notThisValue': {
    message: '{problem}, not {value}.',
    hint: 'Nothing was read. Choose another value and import again.',
  },
  'import.impossible': { message: 'This cannot be imported' },
  'dataset.notFound': {
    message: 'There is no folder and no dataset “{query}”.',
    hint: 'Name a folder of images, or a dataset by its id.',
  },
  'dataset.ambiguous': {
    message: '“{query}” fits {count} datasets.',
    hint: 'Name a folder of images, or a dataset by its id.',
  },
  'deletion.tooLate': {
    message: 'This was deleted already.',
    hint: 'It can be undone for ten seconds only.',
  },
  'archive.damaged': {
    message: '“{path}” is not a zip archive that can be opened.',
    hint: 'Nothing was changed. Unpack it with another program, then import the folder.',
  },
  'archive.bomb': {
    message: '“{path}” would become more than 200 times as large.',
    hint: 'Nothing was unpacked. Archives of images do not shrink so much; if you trust it, unpack it with another program and import the folder.',
  },
  'archive.noSpace': {
    message: 'There is not enough room to unpack “{path}”.',
    hint: 'Nothing was changed. Make room on this disk, or unpack it elsewhere and import the folder.',
  },
  'dataset.allExcluded': {
    message: 'All images of “{name}” are excluded.',
    hint: 'Include some of them on the page of the dataset.',
  },
  'dataset.sourceGone': {
    message: '“{path}” is not there.',
    hint: 'Nothing was changed. Connect the disk that it is on, or put it back where it was, then scan again.',
  },
  'dataset.noImage': { message: 'There is no such image in this dataset.' },
  'dataset.noSource': {
    message: 'The file is not there any more.',
    hint: 'The imported copy of the image is safe.',
  },
  'dataset.searchCancelled': { message: 'The search was cancelled.' },
} as const satisfies ErrorEntries
