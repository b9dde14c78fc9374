import { choice, real, setting, whole, yesNo } from '#shared/schemas/setting.ts'

/** What a run trains: the code, posterior and prior, the path, times and losses. */
export const objectiveSettings = {
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
  prior: setting(choice(['standard', 'learned'], 'Prior'), {
    title: 'Prior',
    help: 'The distribution p(z) that sampling starts from: standard normal, or a normal distribution per pixel that is learned from the images.',
    group: 'objective',
    options: { standard: 'Standard normal N(0, 1)', learned: 'Learned per pixel' },
  }),
  coupling: setting(choice(['independent', 'minibatch', 'semidiscrete'], 'Coupling').default('independent'), {
    title: 'Coupling',
    help: 'Which noise an image is paired with while training: any, the nearest assignment within each batch (minibatch optimal transport), or noise that chooses its image among thousands (semidiscrete optimal transport). Paths get straighter. Needs no posterior, the standard prior, and suits runs without a code.',
    group: 'objective',
    options: {
      independent: 'Independent',
      minibatch: 'Optimal within the batch',
      semidiscrete: 'Semidiscrete, over the images',
    },
  }),
  sigma: setting(real(0, 1, 'Observation noise'), {
    title: 'Observation noise σ',
    help: 'Standard deviation of the noise assumed on every pixel. A little makes training smoother.',
    group: 'objective',
    step: 0.01,
  }),
  path: setting(choice(['reference', 'consistent'], 'Probability path'), {
    title: 'Probability path',
    help: 'The reference adds observation noise to the target only; the consistent Gaussian path adds it to the point too.',
    group: 'objective',
    options: { reference: 'As in the reference', consistent: 'Consistent Gaussian path' },
  }),
  times: setting(choice(['independent', 'spread'], 'Time sampling'), {
    title: 'Time sampling',
    help: 'Times t of the images in a batch: independent, or evenly spaced so that each batch covers the whole path, which gives steadier gradients.',
    group: 'objective',
    options: { independent: 'Independent', spread: 'Evenly spaced' },
  }),
  timeDistribution: setting(choice(['uniform', 'logit-normal'], 'Time distribution').default('uniform'), {
    title: 'Time distribution',
    help: 'How often each time t is trained at: all alike, or mostly the middle of the path, where the image takes shape.',
    group: 'objective',
    options: { uniform: 'Uniform', 'logit-normal': 'Logit-normal' },
  }),
  timeShift: setting(real(0.1, 10, 'Time shift'), {
    title: 'Time shift',
    help: 'Above 1 trains more on noisy times, where coarse shapes form; below 1 more on fine detail.',
    group: 'objective',
    step: 0.1,
  }),
  lossScale: setting(choice(['sum', 'mean'], 'Loss reduction'), {
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
}
