/** What was measured of a run, and the table that compares runs: their titles, their values in words. */
export const measureTexts = {
  'measure.kernelDistance': 'Kernel distance',
  'measure.kernelDistance.help':
    'How far samples and images are apart as a whole, in the features of a network; 0 is as near as real images are. It is not FID.',
  'measure.frechetDistance': 'Fréchet distance',
  'measure.frechetDistance.help':
    'The same by means and covariances of the leading features; compare it with that of real images, which is above 0 because so few are compared. It is not FID.',
  'measure.slicedWasserstein': 'Sliced Wasserstein distance',
  'measure.slicedWasserstein.help':
    'How far the pixels’ values have to be moved, as a share of their spread; compare it with that of real images. It sees colours and brightness rather than content.',
  'measure.precision': 'Precision',
  'measure.precision.help':
    'Share of samples that look like some of the images; lower means that samples are flawed.',
  'measure.recall': 'Recall',
  'measure.recall.help':
    'Share of images that some of the samples look like; lower means that kinds of images are never generated.',
  'measure.density': 'Density',
  'measure.density.help':
    'As precision, by how many images each sample looks like; above that of real images, samples are more typical than images.',
  'measure.coverage': 'Coverage',
  'measure.coverage.help':
    'As recall, by how many images have a sample among their nearest; it is not misled by single odd samples.',
  'measure.nearCopiesInPixels': 'Near copies, by pixels',
  'measure.nearCopiesInPixels.help':
    'Share of the {samples} samples that are much nearer to one training image than to any other of {images}.',
  'measure.nearCopiesInFeatures': 'Near copies, by features',
  'measure.nearCopiesInFeatures.help': 'The same by what the network sees, among {images} training images.',
  'measure.enoughEvaluations': 'Enough network evaluations',
  'measure.enoughEvaluations.help':
    'The fewest evaluations a sample whose kernel distance is within 10 % of the best one above, or within its error.',
  'measure.straightness': 'Curvature of the paths',
  'measure.straightness.help':
    'How much the velocity varies along the path from noise to image, as a share of the straight line between them; at 0 one evaluation is enough (Liu et al. 2022).',
  'measure.spread': '{median} (worst {worst})',
  'measure.distances': '{frames} (samples: {samples})',
  'measure.distancesRatio': '{frames} (samples: {samples}; ratio {ratio})',
  'measure.evenness': 'Interpolation evenness',
  'measure.evenness.help': {
    one: 'The largest change between neighbouring frames over the mean change, at an even pace: the median of {count} pair of images with {frames} frames each. 1 is perfectly even, {cut} is one cut.',
    other:
      'The largest change between neighbouring frames over the mean change, at an even pace: the median of {count} pairs of images with {frames} frames each. 1 is perfectly even, {cut} is one cut.',
  },
  'measure.evennessByParameter': 'Interpolation evenness, by parameter',
  'measure.evennessByParameter.help':
    'The same where frames are placed at equal steps of the path instead of by what changes.',
  'measure.endError': 'Error at the ends',
  'measure.endError.help':
    'How far the first and last frames are from the images they start from (RMS over the range of pixels); up to 3 % is hard to see.',
  'measure.middleKernelDistance': 'Kernel distance of the middle frames',
  'measure.middleKernelDistance.help':
    'How far the {frames} frames of the middle thirds and the images are apart, beside as many samples; a ratio of 1 means that frames look as real as samples.',
  'measure.middleFrechetDistance': 'Fréchet distance of the middle frames',
  'measure.middleFrechetDistance.help':
    'The same by means and covariances; neighbouring frames look alike, which alone makes it larger.',
  'diagnostic.brightness': 'Brightness distance of samples',
  'diagnostic.brightness.help': 'Wasserstein-1 distance between the pixel histograms of images and samples.',
  'diagnostic.active': 'Active dimensions',
  'diagnostic.active.help': 'Latent dimensions that carry information on the image.',
  'diagnostic.active.value': '{active} of {all} ({share})',
  'diagnostic.kl': 'KL divergence per dimension',
  'diagnostic.kl.help': 'KL of the posterior from the prior: how much an encoding says of its image.',
  'diagnostic.aggregate': 'Aggregate posterior KL per dimension',
  'diagnostic.aggregate.help':
    'KL of the aggregate posterior from the prior: how far all encodings together are from the prior.',
  'diagnostic.nats': '{value} nats',
  'diagnostic.mean': 'Posterior mean',
  'diagnostic.mean.help': 'Average and spread of the means of the posterior.',
  'diagnostic.std': 'Posterior std',
  'diagnostic.std.help': 'Standard deviation of the posterior: how uncertain encodings are.',
  'diagnostic.std.value': '{average}, from {low} to {high}',
  'diagnostic.klMap': 'KL divergence by pixel',
  'diagnostic.klMap.help': 'Where encodings carry most, in nats.',
  'diagnostic.priorMean': 'Prior mean',
  'diagnostic.priorMean.help': 'Mean of the learned prior by pixel.',
  'diagnostic.priorStd': 'Prior std',
  'diagnostic.priorStd.help': 'Standard deviation of the learned prior by pixel.',
  'diagnostic.range': 'black {low}, white {high}',
  'column.run': 'Run',
  'column.status': 'Status',
  'column.preset': 'Preset',
  'column.dataset': 'Dataset',
  'column.images': 'Images',
  'column.step': 'Step',
  'column.time': 'Training time',
  'column.speed': 'Speed',
  'column.stepsPerSecond': 'steps per second',
  'column.device': 'Device',
  'status.waiting': 'Waiting',
  'status.queued': 'Queued',
  'status.starting': 'Starting',
  'status.training': 'Training',
  'status.paused': 'Paused',
  'status.finished': 'Finished',
  'status.stopped': 'Stopped',
  'status.interrupted': 'Interrupted',
  'status.failed': 'Failed',
  'value.on': 'on',
  'value.off': 'off',
} as const
