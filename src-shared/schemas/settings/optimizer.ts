import { choice, real, setting, whole } from '#shared/schemas/setting.ts'

/** How weights are updated, and in which precision. */
export const optimizerSettings = {
  optimizer: setting(choice(['adam', 'muon'], 'Optimizer').default('adam'), {
    title: 'Optimizer',
    help: 'Muon updates the matrices inside the network as a whole, by their singular vectors, and the rest as Adam does. It learns more per step; a step takes a little longer.',
    group: 'optimizer',
    options: { adam: 'Adam', muon: 'Muon and Adam' },
  }),
  learningRate: setting(real(1e-7, 1, 'Learning rate'), {
    title: 'Learning rate',
    help: 'Size of each update. Too high and the loss jumps; too low and it stays where it is.',
    group: 'optimizer',
    scale: 'log',
  }),
  schedule: setting(choice(['constant', 'cosine'], 'Learning rate schedule'), {
    title: 'Learning rate schedule',
    help: 'Constant, or falling to 0 along a cosine by the end of the run, whether that is set in steps, epochs or minutes. An extended run takes the rate of the share that is then done.',
    group: 'optimizer',
    options: { constant: 'Constant', cosine: 'Cosine decay' },
  }),
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
  emaKind: setting(choice(['decay', 'power'], 'Kind of weight averaging').default('decay'), {
    title: 'Kind of weight averaging',
    help: 'Constant: one moving average with the decay below. Power function: two averages that cover a share of all steps, with snapshots, so that the width of the average can be chosen after the run (flowerbed average).',
    group: 'optimizer',
    options: { decay: 'Constant decay', power: 'Power function' },
  }),
  emaDecay: setting(real(0, 0.99999, 'EMA decay'), {
    title: 'Weight averaging (EMA)',
    help: 'Decay of the moving average of the weights. Samples are generated with the average, which is steadier. 0 switches it off. Averaging by a power function does not use it.',
    group: 'optimizer',
  }),
  precision: setting(choice(['auto', 'fp32', 'bf16', 'fp16'], 'Precision').default('fp32'), {
    title: 'Precision',
    help: 'Inputs of convolutions may be rounded to 16 bits, which is faster on newer hardware; sums, weights and stored values keep 32 bits. Automatic measures 32 and 16 bits when a run starts, where the device has both, and uses the faster for the whole run.',
    group: 'optimizer',
    options: { auto: 'Automatic', fp32: '32 bits', bf16: '16 bits (bfloat16)', fp16: '16 bits (half)' },
  }),
}
