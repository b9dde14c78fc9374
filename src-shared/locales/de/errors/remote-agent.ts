import type { ErrorEntries } from '../../en/errors/entries.ts'

export const remoteAgentErrors = {
  'agent.protocol': {
    message: 'Flowerbed auf dem Ziel spricht Version {theirs} des Protokolls, dieses hier Version {ours}.',
    hint: 'Diese Version von Flowerbed auf dem Ziel installieren, dann erneut versuchen.',
  },
  'agent.usage': { message: 'Der Agent versteht „{command}“ nicht.' },
  'agent.folderMissing': { message: 'Der Agent braucht --folder, den Ordner von Flowerbed auf dem Ziel.' },
  'agent.inputUnreadable': { message: 'Der Agent kann nicht lesen, was ihm gesendet wurde.' },
  'agent.inTraining': {
    message: 'Der Lauf wird auf dem Ziel schon trainiert.',
    hint: 'Ihn dort zuerst anhalten oder beenden.',
  },
  'agent.notLaunched': { message: 'Der Lauf wurde auf diesem Ziel nicht gestartet.' },
  'agent.notOurs': { message: 'Ein anderer Prozess trainiert diesen Start, oder niemand hat ihn begonnen.' },
  'agent.didNotStart': {
    message: 'Der Prozess, der trainiert, konnte auf dem Ziel nicht gestartet werden: {reason}.',
    hint: 'Das Protokoll des Laufs dort sagt mehr.',
  },
  'agent.datasetMissing': {
    message: 'Die Bilder sind nicht oder nicht vollständig auf dem Ziel.',
    hint: 'Den Lauf erneut starten: Was fehlt, wird zuerst gesendet.',
  },
  'agent.offset': {
    message: 'Im Journal des Laufs beginnt kein Eintrag bei Byte {offset}.',
    hint: 'Die Datei auf dem Ziel wurde verändert oder ging verloren. Sie von Anfang an neu lesen.',
  },
  'agent.journalDamaged': { message: 'Das Journal des Laufs ist bei Byte {offset} beschädigt.' },
  'agent.noSpace': {
    message: 'Der Datenträger des Ziels ist voll, deshalb endete das Training.',
    hint: 'Dort Platz schaffen, dann den Lauf fortsetzen. Die bisherigen Checkpoints bleiben erhalten.',
  },
} as const satisfies ErrorEntries
