/**
 * What errors say in English, by message id: what happened, and what to do about it. `{name}` is a parameter; the types of
 * `errorText` demand each.
 */
export const errors = {
  'presets.unknown': { message: 'There is no preset “{preset}”.', hint: 'Choose one of: {choices}.' },
  'settings.unknown': { message: 'There is no setting “{setting}”.', hint: 'Settings are: {choices}.' },
  'settings.codeNeedsResunet': {
    message: 'Only the residual U-Net can be conditioned on a code.',
    hint: 'Set network=resunet, or code=0.',
  },
  'settings.labelsNeedResunet': {
    message: 'Only the residual U-Net can be conditioned on labels.',
    hint: 'Set network=resunet, or labels=false.',
  },
  'settings.dropoutNeedsResunet': {
    message: 'Only the residual U-Net can train with dropout.',
    hint: 'Set network=resunet, or dropout=0.',
  },
  'settings.augmentNeedsResunet': {
    message: 'Only the residual U-Net can be told how images were augmented.',
    hint: 'Set network=resunet, or augmentCondition=false.',
  },
  'settings.fixedOnResume': {
    message: '“{setting}” cannot change when a run resumes.',
    hint: 'These can: {choices}. Start a new run to change another.',
  },
  'sampling.tooManyFrames': {
    message: 'At most {most} frames can be sampled at once',
    hint: 'Sample fewer images at a time, or fewer frames of each.',
  },

  'study.axisTwice': { message: '“{setting}” is given twice.', hint: 'Put its values in one list.' },
  'study.budgetVaried': {
    message: '“{setting}” is the same for all runs of a study.',
    hint: 'Give the budget of each run with --steps or --minutes.',
  },
  'study.seedVaried': {
    message: '“{setting}” is the same for all runs of a study.',
    hint: 'Give the number of seeds with --seeds.',
  },
  'study.alsoSetForAll': { message: '“{setting}” is also set for all runs.', hint: 'Give it once.' },
  'study.emptyValue': { message: 'A value of “{setting}” is empty.' },
  'study.valueTwice': { message: 'The value {value} of “{setting}” is given twice.' },
  'study.noValues': { message: '“{setting}” has no values.' },
  'study.tooManyRuns': {
    message: 'This study would have {count} runs; at most {most} are possible.',
    hint: 'Give fewer values, or fewer seeds.',
  },
  'study.oneRun': {
    message: 'A study compares at least two runs.',
    hint: 'Give values of a setting with --grid, or several --seeds.',
  },

  'experiment.noBudget': { message: 'How long for each? Say steps or minutes.' },
  'experiment.inTraining': { message: 'This experiment is being trained.', hint: 'Pause it first.' },
  'experiment.imagesDeleted': {
    message: 'The images of this experiment were deleted.',
    hint: 'Import the same folder again and compare again.',
  },
  'experiment.finished': { message: 'Every run of this experiment has reached its goal.' },
  'experiment.trainedElsewhere': {
    message: 'Another Flowerbed is training “{name}”.',
    hint: 'Wait for it, or end it there.',
  },
  'ladder.noSystem': { message: 'No system was chosen.', hint: 'Choose among: {choices}.' },
  'ladder.unknownSystem': {
    message: '“{preset}” is not on the ladder.',
    hint: 'Choose among: {choices}.',
  },

  'run.none': { message: 'There are no runs yet.', hint: 'Make one with `flowerbed train FOLDER`.' },
  'run.notFound': { message: 'There is no run “{query}”.', hint: '`flowerbed runs` lists them.' },
  'run.ambiguous': {
    message: '“{query}” fits {count} runs.',
    hint: 'Give more of its id: {choices}.',
  },
  'experiment.notFound': {
    message: 'There is no experiment “{query}”.',
    hint: 'Make one with `flowerbed study FOLDER`, which says its id.',
  },
  'experiment.ambiguous': {
    message: '“{query}” fits {count} experiments.',
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

  'history.full': {
    message: 'The disk is full, so the history of runs cannot be written.',
    hint: 'What is in it is safe. Make room on the disk that holds the data folder, then try again.',
  },
  'history.readOnly': {
    message: 'The history of runs is read-only.',
    hint: 'What is in it is safe. Allow writing to the data folder, or choose another one with --data-dir.',
  },
  'history.notAllowed': {
    message: 'This user may not open the history of runs.',
    hint: 'It is untouched. Allow reading and writing of the data folder, or choose another one with --data-dir.',
  },
  'history.cannotOpen': {
    message: 'The file of the history of runs cannot be opened.',
    hint: 'It is untouched. See that the data folder is there and that you may read it and write to it.',
  },
  'history.busy': {
    message: 'Another program is using the history of runs.',
    hint: 'It is untouched. End other Flowerbeds and commands on this data folder, or wait, then try again.',
  },
  'history.diskFailed': {
    message: 'The disk failed while the history of runs was read or written.',
    hint: 'Leave its file where it is. See that the disk is connected, sound and not full, then try again.',
  },
  'history.noMemory': {
    message: 'There is not enough memory to read the history of runs.',
    hint: 'It is untouched. Close other programs, then try again.',
  },
  'history.damaged': {
    message: 'The history of runs is damaged.',
    hint: 'Move its file aside, with those named alike that end in -wal and -shm; images, checkpoints and samples stay in their folders.',
  },
  'history.notADatabase': {
    message: 'The file of the history of runs is not a database.',
    hint: 'Move it aside, with those named alike that end in -wal and -shm; images, checkpoints and samples stay in their folders.',
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
} as const satisfies Record<string, { message: string; hint?: string }>
