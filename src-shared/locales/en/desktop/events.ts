/** What happened at a step of a run, as its plot and its list of events say it. */
export const eventTexts = {
  'event.started': 'Training started on {device}',
  'event.paused': 'Paused',
  'event.ended': '{how}: {reason}',
  'event.end.finished': 'Training finished',
  'event.end.stopped': 'Stopped',
  'event.end.interrupted': 'Interrupted',
  'event.end.failed': 'Failed',
  'event.resumed': 'Resumed from the checkpoint of step {step}',
  'event.noWorker': 'No worker',
  'event.workersLost':
    '{lost} was lost at step {reached}: training went back to step {step} with {left} left',
  'event.checkpointDamaged': 'The checkpoint could not be read: {reason}',
  'event.checkpoint': 'Checkpoint',
  'event.checkpointMarked': 'Checkpoint ({marks})',
  'event.best': 'best',
  'event.pinned': 'pinned',
  'event.damaged': 'damaged',
} as const
