import type { ErrorEntries } from './entries.ts'

export const checkpointsErrors = {
  'checkpoint.missing': {
    message: 'The checkpoint is missing.',
    hint: 'Resume from another checkpoint of this run, or train it again.',
  },
  'checkpoint.descriptionUnreadable': {
    message: 'The description of the checkpoint cannot be read.',
    hint: 'Resume from an older checkpoint of this run.',
  },
  'checkpoint.damaged': {
    message: 'Its file was changed or damaged after it was written.',
    hint: 'Resume from an older checkpoint of this run.',
  },
  'safetensors.incomplete': { message: 'This is not a whole safetensors file: {reason}.' },
  'safetensors.tooShort': { message: 'it is too short' },
  'safetensors.headerCutOff': { message: 'its header is cut off' },
  'safetensors.headerNotJson': { message: 'its header is not JSON' },
  'safetensors.arrayCutOff': { message: '“{name}” is cut off' },
  'safetensors.otherType': { message: '“{name}” has the type {type}, F32, F16 and I32 are read' },
  'safetensors.wrongSize': { message: '“{name}” has the wrong size' },
} as const satisfies ErrorEntries
