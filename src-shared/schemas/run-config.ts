import { z } from 'zod'
import { real, setting, whole, yesNo } from '#shared/schemas/setting.ts'
import type { SettingGroup } from '#shared/schemas/setting.ts'

export const settingGroupTitles: Record<SettingGroup, string> = {
  length: 'How long',
  network: 'The network',
  objective: 'What it learns',
  optimizer: 'How it learns',
  variation: 'How images are varied',
  watching: 'Watching and saving',
}

const seedMax = 2 ** 31 - 1

/**
 * Everything that decides what a run computes. Flat, so that a key is the same in the form, in SQLite and in
 * `--set key=value`. Values without a preset are the defaults of the default preset; a setting that came later has a
 * zod default, with which what was saved before it existed reads as it was.
 */
export const runConfigSchema = z.strictObject({
  steps: setting(whole(1, 10_000_000, 'Steps'), {
    title: 'Steps',
    term: 'optimizer updates',
    help: 'How many times the networks are corrected. More is better, and longer.',
    group: 'length',
    basic: true,
    scale: 'log',
  }),
  epochs: setting(whole(0, 1_000_000, 'Passes').default(0), {
    title: 'Passes over the images',
    term: 'epochs',
    help: 'Stop when each image was learned from this often even if steps are left. 0 means no limit.',
    unit: 'passes',
    nought: 'no limit',
    group: 'length',
    basic: true,
  }),
  minutes: setting(real(0, 100_000, 'Minutes'), {
    title: 'Time limit',
    help: 'Stop after this much training time even if steps are left. 0 means no limit.',
    unit: 'min',
    nought: 'no limit',
    group: 'length',
    basic: true,
    step: 1,
  }),
  batch: setting(whole(1, 4096, 'Batch'), {
    title: 'Images per step',
    term: 'batch size',
    help: 'How many images each correction looks at. More is steadier, slower and takes more memory.',
    unit: 'images',
    group: 'length',
    scale: 'log',
  }),
  accumulate: setting(whole(1, 1024, 'Batches per update').default(1), {
    title: 'Batches per update',
    term: 'gradient accumulation',
    help: 'Each correction is the mean over this many batches, one after the other: as steady as one batch of all their images, in the memory of one.',
    unit: 'batches',
    group: 'length',
    scale: 'log',
  }),
  seed: setting(whole(0, seedMax, 'Seed'), {
    title: 'Seed',
    help: 'All randomness follows from this number: the same seed and precision on the same machine give the same run.',
    group: 'length',
  }),

  network: setting(
    z.enum(['conv', 'unet', 'resunet'], {
      error: 'Network must be conv, unet or resunet',
    }),
    {
      title: 'Kind of network',
      term: 'architecture',
      help: 'A plain stack of convolutions, the reference U-Net that also sees the whole image at once, or our own deeper U-Net.',
      group: 'network',
      options: {
        conv: 'Plain convolutions',
        unet: 'U-Net of the reference',
        resunet: 'Residual U-Net',
      },
    },
  ),
  hidden: setting(whole(4, 512, 'Hidden'), {
    title: 'Width',
    term: 'base channels',
    help: 'How much the networks can remember. Twice the width is about four times the work.',
    unit: 'channels',
    group: 'network',
    basic: true,
    scale: 'log',
  }),

  checkpointing: setting(yesNo('Checkpointing').default(false), {
    title: 'Spare memory',
    term: 'gradient checkpointing',
    help: 'Computes the inside of the networks a second time rather than keeping it, for large images: less memory, a longer step, the same result.',
    group: 'network',
  }),

  posterior: setting(yesNo('Posterior'), {
    title: 'Learn how images are encoded',
    term: 'variational posterior q(z|x)',
    help: 'A second network pairs each image with its own latent. Needed to encode images and interpolate between them.',
    group: 'objective',
  }),
  prior: setting(z.enum(['standard', 'learned'], { error: 'Prior must be standard or learned' }), {
    title: 'Where samples start from',
    term: 'prior p(z)',
    help: 'Plain noise, or noise shaped per pixel after the images.',
    group: 'objective',
    options: { standard: 'Plain noise N(0, 1)', learned: 'Learned per pixel' },
  }),
  sigma: setting(real(0, 1, 'Sigma'), {
    title: 'Grain of the images',
    term: 'observation noise σ',
    help: 'How much noise is assumed on each pixel. A little makes learning smoother.',
    group: 'objective',
    step: 0.01,
  }),
  path: setting(z.enum(['reference', 'consistent'], { error: 'Path must be reference or consistent' }), {
    title: 'Path from latent to image',
    term: 'probability path',
    help: 'The reference adds observation noise to the target only; the consistent Gaussian path adds it to the point too.',
    group: 'objective',
    options: { reference: 'As in the reference', consistent: 'Consistent Gaussian path' },
  }),
  times: setting(z.enum(['independent', 'spread'], { error: 'Times must be independent or spread' }), {
    title: 'Places on the path per step',
    term: 'time sampling',
    help: 'Each image of a step is learned at a place between image and noise: each by chance, or spread over all of the way, which is steadier.',
    group: 'objective',
    options: { independent: 'Each by chance', spread: 'Spread evenly' },
  }),
  timeShift: setting(real(0.1, 10, 'Time shift'), {
    title: 'Lean towards the noise',
    term: 'time shift',
    help: 'Above 1 it learns more about coarse shapes, below 1 more about fine detail.',
    group: 'objective',
    step: 0.1,
  }),
  lossScale: setting(z.enum(['sum', 'mean'], { error: 'Loss scale must be sum or mean' }), {
    title: 'How side terms are counted',
    term: 'reduction of KL and prior loss',
    help: 'Summed over batch and pixels as in the reference, or per pixel so that their weights keep their meaning at any size.',
    group: 'objective',
    options: { sum: 'Summed (reference)', mean: 'Per pixel' },
  }),
  klWeight: setting(real(0, 1000, 'KL weight'), {
    title: 'Keep encodings near the noise',
    term: 'KL weight β',
    help: 'High: samples from noise look right, encodings carry little. Low: encodings are exact, samples suffer.',
    group: 'objective',
    scale: 'log',
  }),
  priorWeight: setting(real(0, 1000, 'Prior weight'), {
    title: 'Fit the noise to the images',
    term: 'prior NLL weight',
    help: 'How strongly the learned prior follows the images. Only with a learned prior.',
    group: 'objective',
    scale: 'log',
  }),

  learningRate: setting(real(1e-7, 1, 'Learning rate'), {
    title: 'Learning rate',
    help: 'Size of each correction. Too high and the loss jumps, too low and nothing happens.',
    group: 'optimizer',
    scale: 'log',
  }),
  schedule: setting(z.enum(['constant', 'cosine'], { error: 'Schedule must be constant or cosine' }), {
    title: 'Learning rate over time',
    term: 'schedule',
    help: 'The same all the way, or falling to 0 along a cosine by the end of the run, be it set in steps, passes or minutes, which improves its last stretch. A longer run takes the rate of the share that is then done.',
    group: 'optimizer',
    options: { constant: 'The same all the way', cosine: 'Falling along a cosine' },
  }),
  warmup: setting(whole(0, 1_000_000, 'Warm-up'), {
    title: 'Warm-up',
    help: 'Steps over which the learning rate grows from nought. 0 starts at once.',
    unit: 'steps',
    group: 'optimizer',
  }),
  weightDecay: setting(real(0, 1, 'Weight decay'), {
    title: 'Forgetting',
    term: 'weight decay (AdamW)',
    help: 'Pulls weights towards nought a little at every step, which can help with few images. 0 switches it off.',
    group: 'optimizer',
  }),
  clipNorm: setting(real(0, 1e6, 'Gradient clipping'), {
    title: 'Longest correction',
    term: 'gradient clipping by global norm',
    help: 'Corrections longer than this are shortened. 0 switches it off.',
    group: 'optimizer',
  }),
  emaDecay: setting(real(0, 0.99999, 'EMA decay'), {
    title: 'Smoothing of the weights',
    term: 'EMA decay',
    help: 'Draw with an average over past weights, which is steadier. 0 switches it off.',
    group: 'optimizer',
  }),
  precision: setting(
    z
      .enum(['auto', 'fp32', 'bf16', 'fp16'], { error: 'Precision must be auto, fp32, bf16 or fp16' })
      .default('fp32'),
    {
      title: 'Exactness of products',
      term: 'mixed precision',
      help: 'What convolutions multiply may be rounded to 16 bits, which is quicker on newer machines; sums, weights and all that is kept have 32. Automatic times 32 and 16 bits when a run starts, where the device has both, and takes the quicker for the whole run.',
      group: 'optimizer',
      options: { auto: 'Automatic', fp32: '32 bits', bf16: '16 bits (bfloat16)', fp16: '16 bits (half)' },
    },
  ),
  flip: setting(yesNo('Flip'), {
    title: 'Mirror images at random',
    term: 'horizontal flip',
    help: 'Shows half of the images mirrored. Leave off where left and right matter, as in text.',
    group: 'variation',
  }),
  flipVertical: setting(yesNo('Vertical flip').default(false), {
    title: 'Turn images upside down at random',
    term: 'vertical flip',
    help: 'Shows half of the images mirrored top to bottom. For textures and views from above, hardly for faces.',
    group: 'variation',
  }),
  turn: setting(yesNo('Turn').default(false), {
    title: 'Turn images at random',
    term: 'quarter turns',
    help: 'Shows square images turned by any number of quarters, others by halves only. For what has no up and down.',
    group: 'variation',
  }),
  shift: setting(real(0, 0.5, 'Shift').default(0), {
    title: 'Move images a little',
    term: 'random shift',
    help: 'Up to this share of their sides in any direction; edges are repeated. Samples will be as far off centre. 0 switches it off.',
    group: 'variation',
    step: 0.01,
  }),
  jitter: setting(real(0, 0.5, 'Jitter').default(0), {
    title: 'Vary light and contrast',
    term: 'brightness and contrast jitter',
    help: 'Up to this share brighter or darker, harder or softer. Samples will vary as much. 0 switches it off.',
    group: 'variation',
    step: 0.01,
  }),

  validationShare: setting(real(0, 0.5, 'Share kept aside'), {
    title: 'Images kept aside',
    term: 'validation split',
    help: 'A share that is not learned from; how well they are drawn shows whether it learns or only remembers. 0 learns from all.',
    group: 'watching',
    step: 0.05,
  }),
  sampleEvery: setting(whole(0, 1_000_000, 'Sample interval'), {
    title: 'Draw every',
    help: 'How often the fixed grid of samples is drawn while training. 0 means only at the end.',
    unit: 'steps',
    nought: 'only at the end',
    group: 'watching',
    scale: 'log',
  }),
  sampleCount: setting(whole(1, 256, 'Sample count'), {
    title: 'Images in the grid',
    help: 'How many images are drawn each time, always from the same noise.',
    unit: 'images',
    group: 'watching',
  }),
  sampleSteps: setting(whole(1, 1000, 'Sampling steps'), {
    title: 'Steps per sampling',
    term: 'solver steps',
    help: 'More steps draw more exactly and take longer.',
    group: 'watching',
  }),
  checkpointEvery: setting(whole(1, 1_000_000, 'Checkpoint interval'), {
    title: 'Save every',
    term: 'checkpoint interval',
    help: 'How often everything needed to resume is saved. At most this much is lost in a crash.',
    unit: 'steps',
    group: 'watching',
    scale: 'log',
  }),
  checkpointKeep: setting(whole(1, 1000, 'Checkpoints kept'), {
    title: 'Saves kept',
    help: 'Older saves are deleted to spare the disk; pinned ones stay.',
    unit: 'saves',
    group: 'watching',
  }),
})

/** In what products are computed. */
export type Precision = Exclude<RunConfig['precision'], 'auto'>
export type RunConfig = z.infer<typeof runConfigSchema>
export type SettingKey = keyof RunConfig
export const settingKeys = Object.keys(runConfigSchema.shape) as SettingKey[]
