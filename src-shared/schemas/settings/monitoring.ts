import { real, setting, whole } from '#shared/schemas/setting.ts'

/** What is measured, sampled and saved while training. */
export const monitoringSettings = {
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
  checkpointEvery: setting(whole(0, 1_000_000, 'Checkpoint interval'), {
    title: 'Checkpoint interval',
    help: 'How often everything needed to resume is saved. At most this much is lost in a crash. 0 means only when the run pauses or ends.',
    unit: 'steps',
    zero: 'only when the run pauses or ends',
    group: 'monitoring',
    scale: 'log',
  }),
  checkpointKeep: setting(whole(1, 1000, 'Checkpoints to keep'), {
    title: 'Checkpoints to keep',
    help: 'Older checkpoints are deleted to save disk space; pinned ones stay, and one or two early ones to guide samples with.',
    unit: 'checkpoints',
    group: 'monitoring',
  }),
}
