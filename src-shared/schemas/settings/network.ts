import { choice, real, setting, whole, yesNo } from '#shared/schemas/setting.ts'

/** The networks of a run. */
export const networkSettings = {
  network: setting(choice(['conv', 'unet', 'resunet'], 'Architecture'), {
    title: 'Architecture',
    help: 'A stack of convolutions, the U-Net of the reference, or a deeper residual U-Net.',
    group: 'network',
    options: {
      conv: 'Convolutions',
      unet: 'U-Net of the reference',
      resunet: 'Residual U-Net',
    },
  }),
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
  prediction: setting(choice(['image', 'residual'], 'Prediction').default('image'), {
    title: 'Prediction',
    help: 'What the residual U-Net computes: the image itself, or what a linear prediction of the velocity leaves over, which suits small patches.',
    group: 'network',
    options: { image: 'Image', residual: 'Residual of the velocity' },
  }),
  embeddingWidth: setting(whole(1, 8, 'Embedding width').default(2), {
    title: 'Embedding width',
    help: 'Width of the embedding of time and code that scales and shifts every block of the residual U-Net, in times the base channels.',
    unit: '× channels',
    group: 'network',
  }),
  codeEncoderWidth: setting(choice(['half', 'full'], 'Width of the code encoder').default('half'), {
    title: 'Width of the code encoder',
    help: 'Channels of the network that computes the code of an image.',
    group: 'network',
    options: { half: 'Half of the base channels', full: 'The base channels' },
  }),
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
}
