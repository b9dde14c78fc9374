import type { ErrorEntries } from './entries.ts'

export const samplingErrors = {
  'sampling.tooManyFrames': {
    message: 'At most {most} frames can be sampled at once',
    hint: 'Sample fewer images at a time, or fewer frames of each.',
  },
  'sample.gone': { message: 'These samples are not in the history.' },
  'sample.notSaved': { message: 'The engine sampled without saving.' },
  'evaluation.count': { message: 'The count must be a whole number from {min} to {max}.' },
  'evaluation.imageShape': {
    message: 'The images to compare with are {width} × {height} with {channels} channels.',
    hint: 'This run was trained on {trainedWidth} × {trainedHeight} with {trainedChannels} channels.',
  },
  'evaluation.noPairs': { message: 'At least 1 pair can be measured, not {pairs}.' },
  'evaluation.tooFewFrames': {
    message: 'Interpolations are measured on at least {fewest} frames, not {frames}.',
  },
  'evaluation.oneImage': { message: 'Interpolations are measured between at least two images.' },
  'evaluation.tooFewImages': {
    message: 'An evaluation needs at least {least} images to compare with, not {count}.',
  },
  'nearest.count': { message: 'From 1 to {most} images can be looked up, not {count}.' },
  'nearest.otherSize': { message: 'The images do not have the size of the dataset’s.' },
  'nearest.neighbours': { message: 'From 1 to {most} neighbours can be looked for.' },
  'sample.fileGone': { message: 'The file of these samples is gone.' },
  'sample.fileDamaged': { message: 'The file of these samples is damaged.' },
  'encoding.noImage': { message: 'There is no image to encode.' },
  'guide.notEarlier': {
    message: 'A guide is an earlier checkpoint, and step {guide} is not before step {step}.',
  },
  'group.empty': { message: 'A group needs at least one image.' },
  'group.tooLarge': { message: 'A group has at most {most} images, not {count}.' },
  'group.labelWithoutImage': { message: 'No image has the label “{label}”.' },
  'group.allHaveLabel': { message: 'All images have the label “{label}”, so that there are no others.' },
  'pairs.tooMany': {
    message: 'A run has at most {most} pinned pairs.',
    hint: 'Unpin one of them first.',
  },
  'direction.otherRun': {
    message: 'This encoding or direction is not one of this run’s model.',
    hint: 'Encode the image again, and update the attribute.',
  },
  'direction.attributeGone': { message: 'This attribute is not in the history.' },
  'direction.imagesDeleted': {
    message: 'The images of this run were deleted, so that its labels name none.',
    hint: 'Choose image files for both groups.',
  },
  'sampling.toleranceTooSmall': {
    message: 'The solver cannot keep the error within a tolerance of {tolerance}.',
    hint: 'Choose a larger tolerance, or a solver with a fixed number of steps, such as heun.',
  },
  'interpolation.imageCount': { message: 'An interpolation is between {min} to {max} images, not {count}.' },
  'interpolation.frames': { message: 'An interpolation has 2 to {most} frames, not {frames}.' },
  'interpolation.framesBelowImages': {
    message: 'An interpolation has at least one frame an image, not {frames} for {count} images.',
  },
  'grid.imageCount': { message: 'A grid is between 3 or 4 images, not {count}.' },
  'grid.size': { message: 'A grid has {min} to {max} rows and columns, not {rows} × {columns}.' },
  'shift.noImage': { message: 'There is no image to change.' },
  'shift.strength': { message: 'A strength must be a number; 1 is the whole difference.' },
  'shift.tooMany': {
    message: 'At most {most} samples at once, not {count} images at {strengths} strengths.',
  },
  'sampling.noCheckpoint': {
    message: 'This run has no checkpoint to sample from.',
    hint: 'Train it until its first checkpoint is written.',
  },
  'guide.none': { message: 'Guidance needs a weaker model.' },
  'encoding.noEncoder': {
    message: 'This run was trained without an encoder q(z|x).',
    hint: 'Encode by inversion, or train a new run with an encoder (posterior=true).',
  },
  'encoding.noCode': {
    message: 'This run was trained without a code.',
    hint: 'Encode by inversion, or train a new run with a code (code=32).',
  },
  'guide.needsLabel': {
    message: 'Guidance by labels needs the label of the images.',
    hint: 'The labels are: {labels}. Guidance 1 does without.',
  },
  'sampling.jobRuns': { message: 'A sampling job of this name is running.' },
  'sampling.cancelled': { message: 'The sampling was cancelled.' },
  'labels.unknown': { message: 'This run has no label “{label}”.', hint: 'Its labels are: {choices}.' },
  'labels.none': {
    message: 'This run was trained without labels.',
    hint: 'Leave the label out, or train a new run with labels (labels=true).',
  },
  'group.withoutLabels': {
    message: 'The images have no label “{label}”.',
    hint: 'They were imported without labels; give images instead.',
  },
  'group.unknownLabel': { message: 'The images have no label “{label}”.', hint: 'There are: {choices}.' },
  'images.otherShape': {
    message: 'The image does not have the size that this run was trained on: {reason}.',
    hint: 'It must be {width} × {height} pixels with {channels} channels.',
  },
  'images.bytes': { message: 'it has {count} bytes' },
  'images.datasetShape': {
    message: 'the images of the dataset are {width} × {height} with {channels} channels',
  },
  'guide.noneEarly': {
    message: 'This run has no checkpoint of at most half of its {step} steps, which guidance needs.',
    hint: '{hint}',
  },
  'guide.noneOfStep': { message: 'This run has no checkpoint of step {step} to guide with.', hint: '{hint}' },
  'guide.chooseStep': { message: 'Choose one of step {choices} as guide, or sample without guidance.' },
  'guide.trainLonger': { message: 'Sample without guidance, or train longer and keep more checkpoints.' },
} as const satisfies ErrorEntries
