import type { ErrorEntries } from './entries.ts'

export const experimentsErrors = {
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
  'experiment.notFound': {
    message: 'There is no experiment “{query}”.',
    hint: 'Make one with `flowerbed study FOLDER`, which says its id.',
  },
  'experiment.ambiguous': {
    message: '“{query}” fits {count} experiments.',
    hint: 'Give more of its id: {choices}.',
  },
  'experiment.gone': { message: 'There is no such experiment.' },
} as const satisfies ErrorEntries
