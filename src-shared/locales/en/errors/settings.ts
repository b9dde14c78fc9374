import type { ErrorEntries } from './entries.ts'

export const settingsErrors = {
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
  'settings.couplingNeedsNoise': {
    message: 'Noise and images can be coupled only where the latent is standard normal noise.',
    hint: 'Set posterior=false and prior=standard, or coupling=independent.',
  },
  'settings.fixedOnResume': {
    message: '“{setting}” cannot change when a run resumes.',
    hint: 'These can: {choices}. Start a new run to change another.',
  },
  'settings.invalid': { message: '{problem}.' },
  'settings.changed': { message: '{setting} was {before} and is {after}' },
  'settings.channelsChanged': { message: 'channels were {before} and are {after}' },
  'settings.doesNotHold': { message: 'This setting does not hold' },
  'input.problem': { message: '{problem}' },
  'input.problems': { message: '{problem} (and {more} more)' },
  'input.invalid': { message: 'This is not valid' },
} as const satisfies ErrorEntries
