import type { ErrorEntries } from '../../en/errors/entries.ts'

export const checkpointsErrors = {
  'checkpoint.missing': {
    message: 'Der Checkpoint fehlt.',
    hint: 'Ab einem anderen Checkpoint dieses Laufs fortsetzen oder erneut trainieren.',
  },
  'checkpoint.descriptionUnreadable': {
    message: 'Die Beschreibung des Checkpoints ist nicht lesbar.',
    hint: 'Ab einem älteren Checkpoint dieses Laufs fortsetzen.',
  },
  'checkpoint.damaged': {
    message: 'Seine Datei wurde nach dem Schreiben verändert oder beschädigt.',
    hint: 'Ab einem älteren Checkpoint dieses Laufs fortsetzen.',
  },
  'safetensors.incomplete': { message: 'Dies ist keine vollständige safetensors-Datei: {reason}.' },
  'safetensors.tooShort': { message: 'sie ist zu kurz' },
  'safetensors.headerCutOff': { message: 'ihr Kopf ist abgeschnitten' },
  'safetensors.headerNotJson': { message: 'ihr Kopf ist kein JSON' },
  'safetensors.arrayCutOff': { message: '„{name}“ ist abgeschnitten' },
  'safetensors.otherType': { message: '„{name}“ hat den Typ {type}, lesbar sind F32, F16 und I32' },
  'safetensors.wrongSize': { message: '„{name}“ hat die falsche Größe' },
} as const satisfies ErrorEntries
