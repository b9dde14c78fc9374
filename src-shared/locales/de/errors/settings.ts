import type { ErrorEntries } from '../../en/errors/entries.ts'

export const settingsErrors = {
  'presets.unknown': {
    message: 'Es gibt keine Vorlage „{preset}“.',
    hint: 'Zur Wahl stehen: {choices}.',
  },
  'settings.unknown': {
    message: 'Es gibt keine Einstellung „{setting}“.',
    hint: 'Einstellungen sind: {choices}.',
  },
  'settings.codeNeedsResunet': {
    message: 'Nur das residuale U-Net kann auf einen Code konditioniert werden.',
    hint: 'network=resunet oder code=0 setzen.',
  },
  'settings.labelsNeedResunet': {
    message: 'Nur das residuale U-Net kann auf Labels konditioniert werden.',
    hint: 'network=resunet oder labels=false setzen.',
  },
  'settings.dropoutNeedsResunet': {
    message: 'Nur das residuale U-Net kann mit Dropout trainieren.',
    hint: 'network=resunet oder dropout=0 setzen.',
  },
  'settings.augmentNeedsResunet': {
    message: 'Nur dem residualen U-Net kann mitgeteilt werden, wie Bilder augmentiert wurden.',
    hint: 'network=resunet oder augmentCondition=false setzen.',
  },
  'settings.couplingNeedsNoise': {
    message: 'Rauschen und Bilder lassen sich nur koppeln, wenn das Latent standardnormales Rauschen ist.',
    hint: 'posterior=false und prior=standard oder coupling=independent setzen.',
  },
  'settings.fixedOnResume': {
    message: '„{setting}“ kann beim Fortsetzen eines Laufs nicht geändert werden.',
    hint: 'Änderbar sind: {choices}. Für andere einen neuen Lauf starten.',
  },
  'settings.invalid': { message: '{problem}.' },
  'settings.changed': { message: '{setting} war {before} und ist {after}' },
  'settings.channelsChanged': { message: 'die Kanäle waren {before} und sind {after}' },
  'settings.doesNotHold': { message: 'Diese Einstellung ist nicht möglich' },
  'input.problem': { message: '{problem}' },
  'input.problems': { message: '{problem} (und {more} weitere)' },
  'input.invalid': { message: 'Dies ist ungültig' },
} as const satisfies ErrorEntries
