import { real, setting, whole } from '#shared/schemas/setting.ts'

const seedMax = 2 ** 31 - 1

/** How long a run is, and on what batches. */
export const lengthSettings = {
  steps: setting(whole(1, 10_000_000, 'Steps'), {
    title: 'Steps',
    help: 'Number of optimizer updates. More usually give better images and take longer.',
    most: 'no limit',
    group: 'length',
    basic: true,
    scale: 'log',
  }),
  epochs: setting(whole(0, 1_000_000, 'Epochs').default(0), {
    title: 'Epochs',
    help: 'Stop when every image has been used this many times, even if steps are left. 0 means no limit.',
    unit: 'epochs',
    zero: 'no limit',
    group: 'length',
    basic: true,
  }),
  minutes: setting(real(0, 100_000, 'Minutes'), {
    title: 'Time limit',
    help: 'Stop after this much training time, even if steps are left. 0 means no limit.',
    unit: 'min',
    zero: 'no limit',
    group: 'length',
    basic: true,
    step: 1,
  }),
  batch: setting(whole(1, 4096, 'Batch size'), {
    title: 'Batch size',
    help: 'Images per step. Larger batches give steadier updates, take longer and need more memory.',
    unit: 'images',
    group: 'length',
    scale: 'log',
  }),
  accumulate: setting(whole(1, 1024, 'Gradient accumulation').default(1), {
    title: 'Gradient accumulation',
    help: 'Each update averages the gradients of this many batches, computed one after the other: as steady as one batch of all their images, in the memory of one.',
    unit: 'batches',
    group: 'length',
    scale: 'log',
  }),
  seed: setting(whole(0, seedMax, 'Seed'), {
    title: 'Seed',
    help: 'Starts the random number generator: the same seed and precision on the same machine give the same run.',
    group: 'length',
  }),
}
