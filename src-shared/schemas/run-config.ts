import { z } from 'zod'
import { describeSetting, real, setting, whole, yesNo } from '#shared/schemas/setting.ts'

const seedMax = 2 ** 31 - 1

/**
 * Everything that decides what a run computes. Flat, so that a key is the same in the form, in SQLite and in
 * `--set key=value`. Values without a preset are the defaults of the default preset; a setting that came later has a
 * zod default, with which what was saved before it existed reads as it was.
 */
export const runConfigSchema = z.strictObject({
  steps: setting(whole(1, 10_000_000, 'Steps'), {
    title: 'Steps',
    help: 'Number of optimizer updates. More usually give better images and take longer.',
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

  network: setting(
    z.enum(['conv', 'unet', 'resunet'], {
      error: 'Architecture must be conv, unet or resunet',
    }),
    {
      title: 'Architecture',
      help: 'A stack of convolutions, the U-Net of the reference, or a deeper residual U-Net.',
      group: 'network',
      options: {
        conv: 'Convolutions',
        unet: 'U-Net of the reference',
        resunet: 'Residual U-Net',
      },
    },
  ),
  hidden: setting(whole(4, 512, 'Base channels'), {
    title: 'Base channels',
    help: 'Width of the networks. Twice as many channels take about four times the computation.',
    unit: 'channels',
    group: 'network',
    basic: true,
    scale: 'log',
  }),

  patch: setting(whole(0, 8, 'Patch size').default(0), {
    title: 'Patch size',
    help: 'Pixels a side that the residual U-Net takes as one position: larger is faster, smaller sees finer detail. 0 chooses it by the image size.',
    unit: 'pixels',
    zero: 'automatic',
    group: 'network',
  }),
  prediction: setting(
    z.enum(['image', 'residual'], { error: 'Prediction must be image or residual' }).default('image'),
    {
      title: 'Prediction',
      help: 'What the residual U-Net computes: the image itself, or what a linear prediction of the velocity leaves over, which suits small patches.',
      group: 'network',
      options: { image: 'Image', residual: 'Residual of the velocity' },
    },
  ),
  embeddingWidth: setting(whole(1, 8, 'Embedding width').default(2), {
    title: 'Embedding width',
    help: 'Width of the embedding of time and code that scales and shifts every block of the residual U-Net, in times the base channels.',
    unit: '× channels',
    group: 'network',
  }),
  codeEncoderWidth: setting(
    z.enum(['half', 'full'], { error: 'Width of the code encoder must be half or full' }).default('half'),
    {
      title: 'Width of the code encoder',
      help: 'Channels of the network that computes the code of an image.',
      group: 'network',
      options: { half: 'Half of the base channels', full: 'The base channels' },
    },
  ),
  dropout: setting(real(0, 0.9, 'Dropout').default(0), {
    title: 'Dropout',
    help: 'Share of the activations of the residual U-Net that are set to 0 at random in each training step, against overfitting with few images and long runs. 0 switches it off.',
    group: 'network',
    step: 0.05,
  }),
  checkpointing: setting(yesNo('Gradient checkpointing').default(false), {
    title: 'Gradient checkpointing',
    help: 'Recomputes activations in the backward pass instead of keeping them: less memory, longer steps, the same result. For large images.',
    group: 'network',
  }),

  code: setting(whole(0, 512, 'Code size').default(0), {
    title: 'Code size',
    help: 'Numbers of a compact code c that the residual U-Net gets beside the noise: it holds what an image shows, and interpolations follow it. 0 trains without one.',
    unit: 'numbers',
    zero: 'none',
    group: 'objective',
  }),
  codeMap: setting(yesNo('Code map').default(false), {
    title: 'Code map',
    help: 'Adds the code to each position of the coarsest level of the residual U-Net as well, so that it can say where in the image things are.',
    group: 'objective',
  }),
  codeKlWeight: setting(real(0, 1000, 'Code KL weight').default(1), {
    title: 'Code KL weight',
    help: 'How strongly the codes are kept near the standard normal: high for smooth interpolations, low for exact codes.',
    group: 'objective',
    scale: 'log',
  }),
  codeFreeNats: setting(real(0, 1000, 'Free nats of the code').default(0), {
    title: 'Free nats of the code',
    help: 'Information about the image that the code may hold without a penalty.',
    unit: 'nats',
    group: 'objective',
  }),
  labels: setting(yesNo('Labels').default(false), {
    title: 'Condition on labels',
    help: 'Trains the residual U-Net to generate images of a label: the name of the subfolder that an image is in. Needs images of at least two labels.',
    group: 'objective',
  }),
  labelDropout: setting(real(0, 1, 'Label dropout').default(0.1), {
    title: 'Label dropout',
    help: 'Share of the images that are trained on without their label, which guidance by labels needs. Used only with labels.',
    group: 'objective',
    step: 0.05,
  }),
  posterior: setting(yesNo('Variational posterior'), {
    title: 'Variational posterior',
    help: 'Trains an encoder q(z|x) that gives each image a latent. Needed to encode images and to interpolate between them.',
    group: 'objective',
  }),
  prior: setting(z.enum(['standard', 'learned'], { error: 'Prior must be standard or learned' }), {
    title: 'Prior',
    help: 'The distribution p(z) that sampling starts from: standard normal, or a normal distribution per pixel that is learned from the images.',
    group: 'objective',
    options: { standard: 'Standard normal N(0, 1)', learned: 'Learned per pixel' },
  }),
  sigma: setting(real(0, 1, 'Observation noise'), {
    title: 'Observation noise σ',
    help: 'Standard deviation of the noise assumed on every pixel. A little makes training smoother.',
    group: 'objective',
    step: 0.01,
  }),
  path: setting(
    z.enum(['reference', 'consistent'], { error: 'Probability path must be reference or consistent' }),
    {
      title: 'Probability path',
      help: 'The reference adds observation noise to the target only; the consistent Gaussian path adds it to the point too.',
      group: 'objective',
      options: { reference: 'As in the reference', consistent: 'Consistent Gaussian path' },
    },
  ),
  times: setting(
    z.enum(['independent', 'spread'], { error: 'Time sampling must be independent or spread' }),
    {
      title: 'Time sampling',
      help: 'Times t of the images in a batch: independent, or evenly spaced so that each batch covers the whole path, which gives steadier gradients.',
      group: 'objective',
      options: { independent: 'Independent', spread: 'Evenly spaced' },
    },
  ),
  timeDistribution: setting(
    z
      .enum(['uniform', 'logit-normal'], { error: 'Time distribution must be uniform or logit-normal' })
      .default('uniform'),
    {
      title: 'Time distribution',
      help: 'How often each time t is trained at: all alike, or mostly the middle of the path, where the image takes shape.',
      group: 'objective',
      options: { uniform: 'Uniform', 'logit-normal': 'Logit-normal' },
    },
  ),
  timeShift: setting(real(0.1, 10, 'Time shift'), {
    title: 'Time shift',
    help: 'Above 1 trains more on noisy times, where coarse shapes form; below 1 more on fine detail.',
    group: 'objective',
    step: 0.1,
  }),
  lossScale: setting(z.enum(['sum', 'mean'], { error: 'Loss reduction must be sum or mean' }), {
    title: 'Loss reduction',
    help: 'KL and prior loss as a sum over batch and pixels, as in the reference, or as a mean per pixel, so that their weights mean the same at any image size.',
    group: 'objective',
    options: { sum: 'Sum (reference)', mean: 'Mean per pixel' },
  }),
  klWeight: setting(real(0, 1000, 'KL weight'), {
    title: 'KL weight',
    help: 'High: plausible samples, encodings carry little. Low: exact reconstructions, worse samples. Known as β.',
    group: 'objective',
    scale: 'log',
  }),
  priorWeight: setting(real(0, 1000, 'Prior weight'), {
    title: 'Prior weight',
    help: 'How strongly the learned prior is fitted to the images. Used only with a learned prior.',
    group: 'objective',
    scale: 'log',
  }),

  learningRate: setting(real(1e-7, 1, 'Learning rate'), {
    title: 'Learning rate',
    help: 'Size of each update. Too high and the loss jumps; too low and it stays where it is.',
    group: 'optimizer',
    scale: 'log',
  }),
  schedule: setting(
    z.enum(['constant', 'cosine'], { error: 'Learning rate schedule must be constant or cosine' }),
    {
      title: 'Learning rate schedule',
      help: 'Constant, or falling to 0 along a cosine by the end of the run, whether that is set in steps, epochs or minutes. An extended run takes the rate of the share that is then done.',
      group: 'optimizer',
      options: { constant: 'Constant', cosine: 'Cosine decay' },
    },
  ),
  warmup: setting(whole(0, 1_000_000, 'Warm-up'), {
    title: 'Warm-up',
    help: 'Steps over which the learning rate rises from 0. 0 starts at the full rate.',
    unit: 'steps',
    group: 'optimizer',
  }),
  weightDecay: setting(real(0, 1, 'Weight decay'), {
    title: 'Weight decay',
    help: 'Shrinks the weights a little at every step (AdamW), which can help with few images. 0 switches it off.',
    group: 'optimizer',
  }),
  clipNorm: setting(real(0, 1e6, 'Gradient clipping'), {
    title: 'Gradient clipping',
    help: 'Gradients with a larger global norm are scaled down to this norm. 0 switches it off.',
    group: 'optimizer',
  }),
  emaDecay: setting(real(0, 0.99999, 'EMA decay'), {
    title: 'Weight averaging (EMA)',
    help: 'Decay of the moving average of the weights. Samples are generated with the average, which is steadier. 0 switches it off.',
    group: 'optimizer',
  }),
  precision: setting(
    z
      .enum(['auto', 'fp32', 'bf16', 'fp16'], { error: 'Precision must be auto, fp32, bf16 or fp16' })
      .default('fp32'),
    {
      title: 'Precision',
      help: 'Inputs of convolutions may be rounded to 16 bits, which is faster on newer hardware; sums, weights and stored values keep 32 bits. Automatic measures 32 and 16 bits when a run starts, where the device has both, and uses the faster for the whole run.',
      group: 'optimizer',
      options: { auto: 'Automatic', fp32: '32 bits', bf16: '16 bits (bfloat16)', fp16: '16 bits (half)' },
    },
  ),

  flip: setting(yesNo('Horizontal flip'), {
    title: 'Horizontal flip',
    help: 'Mirrors half of the images left to right. Leave off where left and right matter, as in text.',
    group: 'augmentation',
  }),
  flipVertical: setting(yesNo('Vertical flip').default(false), {
    title: 'Vertical flip',
    help: 'Mirrors half of the images top to bottom. For textures and views from above, rarely for faces.',
    group: 'augmentation',
  }),
  turn: setting(yesNo('Random rotation').default(false), {
    title: 'Random rotation',
    help: 'Rotates square images by any multiple of 90°, others by 180° only. For images without up and down.',
    group: 'augmentation',
  }),
  shift: setting(real(0, 0.5, 'Random shift').default(0), {
    title: 'Random shift',
    help: 'Moves images by up to this share of their sides in any direction; edges are repeated. Samples will be off centre as much. 0 switches it off.',
    group: 'augmentation',
    step: 0.01,
  }),
  jitter: setting(real(0, 0.5, 'Jitter').default(0), {
    title: 'Brightness and contrast jitter',
    help: 'Changes brightness and contrast by up to this share. Samples will vary as much. 0 switches it off.',
    group: 'augmentation',
    step: 0.01,
  }),
  augmentCondition: setting(yesNo('Conditioning on augmentation').default(false), {
    title: 'Condition on augmentation',
    help: 'Tells the residual U-Net how each image was augmented, so that samples are neither mirrored, rotated, shifted nor of other brightness unless the images are.',
    group: 'augmentation',
  }),

  validationShare: setting(real(0, 0.5, 'Validation split'), {
    title: 'Validation split',
    help: 'Share of the images that is held out of training; the loss on them shows overfitting. 0 trains on all.',
    group: 'monitoring',
    step: 0.05,
  }),
  sampleEvery: setting(whole(0, 1_000_000, 'Sample interval'), {
    title: 'Sample interval',
    help: 'How often the fixed grid of samples is generated while training. 0 means only at the end.',
    unit: 'steps',
    zero: 'only at the end',
    group: 'monitoring',
    scale: 'log',
  }),
  sampleCount: setting(whole(1, 256, 'Sample count'), {
    title: 'Sample count',
    help: 'How many images are generated each time, always from the same noise.',
    unit: 'images',
    group: 'monitoring',
  }),
  sampleSteps: setting(whole(1, 1000, 'Sampling steps'), {
    title: 'Sampling steps',
    help: 'Solver steps per sample. More are more exact and take longer.',
    group: 'monitoring',
  }),
  evaluateEvery: setting(whole(0, 1_000_000, 'Evaluation interval').default(0), {
    title: 'Evaluation interval',
    help: 'How often samples are compared with the images while training, by their kernel distance, which becomes a curve. It takes a while each time, which does not count as training time. 0 means never.',
    unit: 'steps',
    zero: 'never',
    group: 'monitoring',
    scale: 'log',
  }),
  checkpointEvery: setting(whole(1, 1_000_000, 'Checkpoint interval'), {
    title: 'Checkpoint interval',
    help: 'How often everything needed to resume is saved. At most this much is lost in a crash.',
    unit: 'steps',
    group: 'monitoring',
    scale: 'log',
  }),
  checkpointKeep: setting(whole(1, 1000, 'Checkpoints to keep'), {
    title: 'Checkpoints to keep',
    help: 'Older checkpoints are deleted to save disk space; pinned ones stay, and one or two early ones to guide samples with.',
    unit: 'checkpoints',
    group: 'monitoring',
  }),
})

/** In what products are computed. */
export type Precision = Exclude<RunConfig['precision'], 'auto'>
export type RunConfig = z.infer<typeof runConfigSchema>
export type SettingKey = keyof RunConfig
export const settingKeys = Object.keys(runConfigSchema.shape) as SettingKey[]

/** A setting as data: everything a form field, a help line or a table row needs. */
export type SettingField = { key: SettingKey } & ReturnType<typeof describeSetting>

/** Every setting of the run schema in order. */
export const settingFields = (): SettingField[] =>
  settingKeys.map((key) => ({ key, ...describeSetting(runConfigSchema.shape[key]) }))
