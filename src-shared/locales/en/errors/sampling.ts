import type { ErrorEntries } from './entries.ts'

export const samplingErrors = {
  'sampling.tooManyFrames': {
    message: 'At most {most} frames can be sampled at once',
    hint: 'Sample fewer images at a time, or fewer frames of each.',
  },
  'sample.gone': { message: 'These samples are not in the history.' },
  'sample.notSaved': { message: 'The engine sampled without saving.' },
} as const satisfies ErrorEntries
