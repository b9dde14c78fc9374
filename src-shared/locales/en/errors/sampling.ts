import type { ErrorEntries } from './entries.ts'

export const samplingErrors = {
  'sampling.tooManyFrames': {
    message: 'At most {most} frames can be sampled at once',
    hint: 'Sample fewer images at a time, or fewer frames of each.',
  },
} as const satisfies ErrorEntries
