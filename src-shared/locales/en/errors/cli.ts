import type { ErrorEntries } from './entries.ts'

export const cliErrors = {
  'cli.benchNeedsCheckout': {
    message: 'Benchmarks are part of the source checkout: run `npm run bench -- step` there.',
  },
  'cli.notSafetensors': { message: 'The file must end in .safetensors.' },
  'cli.unknownEnding': {
    message: 'The file must end in .png, .gif, .webp or .mp4.',
    hint: 'A path without an ending is a new folder for a PNG of each frame.',
  },
  'cli.gridOrShift': { message: 'Either --grid or --add and --subtract, not both.' },
  'cli.widthOrChoose': { message: 'Either --width or --choose, one of them.' },
  'cli.interpolationImages': {
    message: 'An interpolation is between {min} to {max} images, not {count}.',
    hint: 'Use --add and --subtract to change one image.',
  },
  'cli.interpolationFrames': { message: 'An interpolation has at least {count} frames.' },
  'cli.gridNotPng': { message: 'A grid is written as .png.' },
  'cli.strengthFrames': { message: 'A range of strengths has at least 2 frames.' },
  'cli.animationOfOne': { message: 'An animation is of one image; several are written as .png.' },
  'cli.groupTwice': { message: 'Either --{option} or --{option}-label, not both.' },
  'cli.groupMissing': {
    message: 'There is nothing to {option}.',
    hint: 'Give images with --{option}, or a label with --{option}-label.',
  },
  'cli.groupImagesDeleted': {
    message: 'The images of this run were deleted.',
    hint: 'Give image files with --{option} instead, or import the folder again.',
  },
  'cli.ladderBudget': { message: 'A ladder needs a budget for each model: --steps or --minutes.' },
  'cli.studyImages': { message: 'Name a folder of images, or a study with --resume.' },
  'cli.studyBudget': { message: 'A study needs a budget for each run: --steps or --minutes.' },
  'cli.presetsInGrid': { message: 'The grid compares presets, so --preset cannot be given as well.' },
  'cli.fixedInStudy': {
    message: '{option} cannot change when a study resumes.',
    hint: 'Leave it out; the study keeps its images and settings.',
  },
  'cli.reportNotHtml': { message: 'The name of the report must end in .html.' },
  'cli.trainImages': { message: 'Name a folder of images, or a run with --resume.' },
  'cli.checkpointNeedsResume': {
    message: '--checkpoint needs --resume.',
    hint: 'Name the run to resume with --resume RUN.',
  },
  'cli.folderOnResume': {
    message: 'A resumed run keeps its images; a folder cannot be given.',
    hint: 'Leave the folder out, or leave --resume {resume} out for a new run.',
  },
  'cli.fixedOnResume': {
    message: '{option} cannot change when a run resumes.',
    hint: 'Leave it out. With --set these can change: {choices}.',
  },
  'cli.folderFixedInStudy': {
    message: 'The folder cannot change when a study resumes.',
    hint: 'Leave it out; the study keeps its images and settings.',
  },
  'cli.timeUp': {
    message: 'This run has reached its time limit.',
    hint: 'Train longer with --steps, --epochs or --minutes.',
  },
  'cli.allSteps': {
    message: 'This run has finished all {steps} steps.',
    hint: 'Train longer with --steps, --epochs or --minutes.',
  },
  'cli.mustBe': { message: '{option} must be {condition}.' },
  'cli.comparedRuns': { message: 'Name {min} to {max} runs.' },
  'cli.noRunOrExperiment': {
    message: 'There is no run and no experiment “{query}”.',
    hint: 'List runs with `flowerbed runs`.',
  },
  'cli.noColumn': {
    message: 'There is no column “{column}”.',
    hint: 'See the keys of the columns with --json.',
  },
  'cli.writeGrid': { message: 'Write it as 7, or as 5x9 for rows and columns.' },
  'cli.writeRange': { message: 'It must be a number, or two as from..to.' },
  'cli.writeValues': { message: 'Write it as key=a,b,c.' },
  'cli.writeCheckpoint': { message: 'It must be latest, best or a step.' },
  'cli.writeStart': { message: 'Write it as RUN or RUN:CHECKPOINT.' },
  'cli.aboveZero': { message: 'It must be a number above 0.' },
  'cli.atLeastZero': { message: 'It must be a number of at least 0.' },
  'cli.writeSetting': { message: 'Write it as key=value.' },
  'cli.wholeNumber': { message: 'It must be a whole number.' },
  'cli.wholeNumberFrom': { message: 'It must be a whole number from {min} to {max}.' },
  'cli.wholeNumberAtLeast': { message: 'It must be a whole number of at least {min}.' },
  'cli.writeTime': { message: 'Write it as 23:30 or 2030-01-31T23:30.' },
  'cli.noSuchTime': { message: 'There is no such time of day.' },
  'cli.writeDevice': { message: 'Write auto, cuda, cpu, or the number of a GPU, such as cuda:1.' },
  'cli.writeGpus': { message: 'Write the numbers of the GPUs, such as 0,1.' },
  'cli.writeHosts': {
    message:
      'Write a number of processes, or the names of at least two machines, each once, such as local,mars.',
  },
  'cli.writeNetwork': { message: 'Write it as 10.0.0.0/24.' },
  'cli.networkOfHosts': {
    message: '--workers-network goes with the names of machines.',
    hint: 'Give --workers local,mars, for instance.',
  },
  'cli.workersOrDevices': {
    message: '--workers and --devices exclude each other.',
    hint: 'Give --workers for processes that compute on the processor, --devices for GPUs.',
  },
  'cli.otherDevice': {
    message: 'These workers compute on “{device}”.',
    hint: 'Leave out --device.',
  },
} as const satisfies ErrorEntries
