import type { ErrorEntries } from './entries.ts'

export const trainingErrors = {
  'network.patchDoesNotDivide': {
    message: 'Images of {width} × {height} pixels cannot be divided into patches of {patch}.',
    hint: 'Choose a patch size that divides both sides, or 0 for automatic.',
  },
  'network.parameterMissing': { message: 'The network’s parameter “{name}” is missing.' },
  'training.notThisRun': { message: 'This run is not in training.' },
  'training.anotherRun': { message: 'Another run is in training.', hint: 'Pause it first.' },
  'training.noRoom': {
    message: 'The next checkpoint takes up to {needed}, and only {free} are free on the disk.',
    hint: 'Free some space by deleting runs or by keeping fewer checkpoints, then resume from the last checkpoint.',
  },
  'training.notFinite': {
    message: 'At step {step}, “{term}” became {value}.',
    hint: 'The last checkpoint is safe. Resume from it with a lower learning rate or stronger gradient clipping: `flowerbed train --resume RUN --set learningRate=… --set clipNorm=…`.',
  },
  'training.stateNotFinite': {
    message: 'At step {step}, “{name}” holds numbers that are not finite.',
    hint: 'The last checkpoint is safe. Resume from it with a lower learning rate or stronger gradient clipping: `flowerbed train --resume RUN --set learningRate=… --set clipNorm=…`.',
  },
  'checkpoint.otherShape': {
    message: 'The checkpoint was written for images of {checkpoint}, these are {images}.',
    hint: 'The checkpoint is safe. Start a new run for these images.',
  },
  'training.diskFull': {
    message: 'The disk is full.',
    hint: 'Free some space, then resume the run from its last checkpoint.',
  },
  'training.evaluationEnds': { message: 'Evaluating was cancelled because training ends.' },
  'training.samplingEnds': { message: 'Sampling the grid was cancelled because training ends.' },
  'training.startSizeDiffers': {
    message: 'The weights are of another network: “{name}” differs in size.',
    hint: 'Start from a run of the same network settings, image size and channels, or without other weights.',
  },
  'training.justEnded': { message: 'Training has just ended.', hint: 'Try again.' },
  'training.noImages': { message: 'There are no images to train on.' },
  'training.notStarted': { message: 'Training has not started yet.', hint: 'Try again in a moment.' },
  'memory.shrink': {
    message: 'This run needs about {needed} of memory, and {free} are free.',
    hint: 'Choose a smaller width (hidden) or smaller images (--image-size), or close other programs.',
  },
  'memory.checkpointOrShrink': {
    message: 'This run needs about {needed} of memory, and {free} are free.',
    hint: 'Switch on gradient checkpointing (checkpointing), or choose a smaller width (hidden) or smaller images (--image-size), or close other programs.',
  },
  'memory.fewer': {
    message: 'This run needs about {needed} of memory, and {free} are free.',
    hint: 'Take {batch} images per step (batch) or fewer, over more batches per update (accumulate), or choose a smaller width (hidden) or smaller images.',
  },
  'memory.checkpointOrFewer': {
    message: 'This run needs about {needed} of memory, and {free} are free.',
    hint: 'Switch on gradient checkpointing (checkpointing), or take {batch} images per step (batch) or fewer, over more batches per update (accumulate), or choose a smaller width (hidden) or smaller images.',
  },
} as const satisfies ErrorEntries
