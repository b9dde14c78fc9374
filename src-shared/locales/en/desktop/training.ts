/** What a run records and warns of while it trains. `precision` and `threads` follow a colon. */
export const trainingTexts = {
  'warning.collapsed':
    'The encodings have collapsed: they are nearly the same noise for every image, so interpolations between encoded images show little of them. Lower the KL weight (klWeight) in a new run; until then encode by inversion.',
  'warning.gap':
    'The encodings have moved away from the prior, so new samples may look worse than reconstructions. Raise the KL weight (klWeight) in a new run.',
  'warning.notEvaluated': 'The evaluation interval has no effect: {message}',
  'warning.otherCheckpoint':
    'The checkpoint of step {step} cannot be read: {reason} The one of step {next} is used.',
  'warning.resumesEarlier':
    'The checkpoint of step {step} cannot be read: {reason} Training resumes from the one of step {next}.',
  'warning.noRoomForSnapshot':
    'The disk has no room for the snapshot of the averages at step {step}; training goes on without it. Averages of other widths will be less exact.',
  'warning.batchInParts':
    '{free} GB of memory are too few for whole batches: each batch of {batch} images is computed in {count} parts. The result is the same; a step takes a little longer.',
  'waiting.memory':
    'The GPU’s memory is in use: {needed} GB are needed, {free} GB are free. Training begins when there is room.',
  'waiting.memoryUsed':
    'The GPU’s memory is in use: {needed} GB are needed, {free} GB are free. Training begins when there is room. It is used by {users}.',
  'waiting.user': '{name} (process {pid})',
  'waiting.userOf': '{name} (process {pid}, {used} GB)',
  'waiting.compiles':
    'XLA compiles the training step for this GPU, which takes a minute or two and cannot be interrupted. Similar runs then start at once.',
  'waiting.coupling':
    'Preparing: the coupling of noise and images is computed ({percent} %). Training begins then.',
  'waiting.precision':
    'Preparing: the training step is built in fp32 and in {fast} and timed in both, to train in the faster one.',
  'precision.fused': 'compiled by XLA, 32 bits are as fast as 16',
  'precision.chosen': 'chosen in the settings',
  'precision.asBefore': 'as before the run was resumed',
  'precision.notFaster': 'this device is not faster in 16 bits',
  'precision.timed': '{fast} takes {share} of fp32’s time per step, measured at the start of the run',
  'precision.bySpeed': '{fast} takes {share} of the time of fp32 on this device',
  'precision.workers': 'the usual one of this device; several workers are not timed',
  'precision.notTimed': 'the run ended before its steps were timed',
  'threads.container': 'the container’s limit of processor time',
  'threads.processors': 'one per processor',
  'threads.cores': 'one per core',
  'threads.variables': '{first} and {second}',
  'workers.installing': 'Flowerbed is being installed on {name}.',
  'workers.network':
    'The workers exchange what they compute unencrypted in the network {network}, and TensorFlow has no password: whoever is on one of these machines, or passes for one of them, can run programs as you.',
  'workers.restarted': 'The workers did not answer and were started again.',
  'workers.lost': {
    one: 'Ended or without an answer: {names}; {count} worker is left.',
    other: 'Ended or without an answer: {names}; {count} workers are left.',
  },
  'workers.fromStart': 'the start',
  'workers.fromCheckpoint': 'the checkpoint of step {step}',
  'workers.wentBack': '{what} Training went back from step {reached} to {where} and goes on.',
  'experiment.systems': '{name}, systems compared',
  'study.seeds': 'several seeds',
} as const
