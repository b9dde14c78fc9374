import type { ErrorEntries } from './entries.ts'

export const runsErrors = {
  'run.none': { message: 'There are no runs yet.', hint: 'Make one with `flowerbed train FOLDER`.' },
  'run.notFound': { message: 'There is no run “{query}”.', hint: '`flowerbed runs` lists them.' },
  'run.ambiguous': {
    message: '“{query}” fits {count} runs.',
    hint: 'Give more of its id: {choices}.',
  },
  'run.noName': { message: 'A run needs a name.' },
  'run.inTraining': { message: 'This run is in training.', hint: 'Stop it first.' },
  'run.imagesDeleted': {
    message: 'The images of this run were deleted.',
    hint: 'Import the same folder again; the run finds them by their content.',
  },
  'run.imagesDeletedForEvaluation': {
    message: 'The images of this run were deleted.',
    hint: 'Samples are looked for among them, also when they are compared with others.',
  },
  'run.otherVersion': {
    message: '“{name}” cannot be trained by this version of Flowerbed.',
    hint: 'It does not know these settings of the run or their values: {settings}. Update Flowerbed; what was trained is safe.',
  },
  'run.takenOver': {
    message: 'Another Flowerbed has taken this run over.',
    hint: 'It trains there; what was trained here since its last checkpoint is not kept.',
  },
  'run.trainedHere': {
    message:
      'Another Flowerbed (process {process} on this computer, since {since}) has this run in training.',
    hint: 'Wait until it ends, or pause or stop the run there.',
  },
  'run.trainedOn': {
    message: 'Another Flowerbed (process {process} on {computer}, since {since}) has this run in training.',
    hint: 'Wait until it ends, or pause or stop the run there.',
  },
  'run.trainedOnAnother': {
    message:
      'Another Flowerbed (process {process} on another computer, since {since}) has this run in training.',
    hint: 'Wait until it ends, or pause or stop the run there.',
  },
  'run.noCheckpoint': { message: 'This run has no checkpoint yet.' },
  'run.noCheckpointOfStep': {
    message: 'This run has no checkpoint of step {step}.',
    hint: 'There are checkpoints of step {choices}.',
  },
  'run.noDiagnostics': {
    message: '“{name}” has no diagnostics of step {step}.',
    hint: 'They are written each time the grid is sampled.',
  },
  'run.noDiagnosticsOfStep': {
    message: '“{name}” has no diagnostics of step {step}.',
    hint: 'There are those of {choices}.',
  },
  'run.unreadableDiagnostics': { message: 'The diagnostics cannot be read.' },
  'app.quitting': { message: 'Flowerbed is about to quit.' },
  'run.gone': { message: 'There is no such run.' },
  'run.atGoal': { message: 'This run has reached its goal.', hint: 'Give it more steps.' },
  'run.imagesDeletedForSampling': {
    message: 'The images of this run were deleted.',
    hint: 'Choose image files instead, or import the folder again.',
  },
  'run.imagesDeletedForReconstruction': { message: 'The images of this run were deleted.' },
  'run.startCheckpointMissing': {
    message: 'The checkpoint of step {step} is missing.',
    hint: 'Start from another checkpoint.',
  },
  'run.startWeightsGone': {
    message: 'The weights that this run starts from are gone.',
    hint: 'Start a new run from other weights, or without.',
  },
  'run.checkpointUnreadable': { message: 'The checkpoint of step {step} cannot be read.', hint: '{hint}' },
  'run.checkpointUnreadableSince': {
    message: 'The checkpoint of step {step} cannot be read. {reason}',
    hint: '{hint}',
  },
  'run.startAnother': { message: 'The run has no other checkpoint. Start a new run with its settings.' },
  'run.otherCheckpoints': { message: 'These can be used instead: step {steps}.' },
  'run.otherNetwork': {
    message: 'The weights are of another network: {changes}.',
    hint: 'Leave these settings as they were and use images of the same channels, or start a run without other weights.',
  },
  'checkpoint.otherSettings': {
    message: 'The checkpoint was written with other settings: {changes}.',
    hint: 'The checkpoint is safe. Set them back to resume, or start a new run. What may change: {choices}.',
  },
  'checkpoint.otherSetting': {
    message: 'The checkpoint was written with other settings: {changes}.',
    hint: 'The checkpoint is safe. Set it back to resume, or start a new run. What may change: {choices}.',
  },
  'queue.inTraining': {
    message: '“{name}” is being trained, so it cannot be queued.',
    hint: 'Pause it first, or queue another run.',
  },
  'queue.reachedGoal': {
    message: '“{name}” has reached its goal.',
    hint: 'Give it more steps, epochs or minutes to train.',
  },
  'queue.notQueued': { message: '“{name}” is not in the queue.' },
  'queue.newRunsOnly': {
    message: '--queue is for a new run.',
    hint: 'Queue one that is there with: flowerbed queue add {run}',
  },
  'queue.circle': {
    message: '“{name}” cannot start after “{after}”, which waits for it.',
    hint: 'Let it start after another run.',
  },
} as const satisfies ErrorEntries
