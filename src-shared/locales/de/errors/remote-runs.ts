import type { ErrorEntries } from '../../en/errors/entries.ts'

export const remoteRunsErrors = {
  'remote.misunderstood': {
    message: '„{name}“ hat geantwortet, was diese Version von Flowerbed nicht versteht.',
    hint: 'Nachsehen: flowerbed target doctor {name}',
  },
  'remote.otherVersion': {
    message: 'Flowerbed auf „{name}“ spricht eine andere Version des Protokolls.',
    hint: 'Dort dieselbe Version installieren: flowerbed target doctor {name}',
  },
  'remote.jobLost': { message: 'Den Lauf trainiert dort nichts mehr: {reason}' },
  'remote.targetInUse': {
    message: '„{run}“ trainiert auf „{name}“, deshalb kann das Ziel nicht entfernt werden.',
    hint: 'Zuerst den Lauf pausieren oder beenden.',
  },
  'remote.noWorkers': {
    message:
      'Ein Lauf auf „{name}“ trainiert mit dem, was dort ist; --workers und --devices passen nicht zu --on.',
    hint: 'Sie weglassen.',
  },
  'remote.targetQueued': {
    message: '„{run}“ wartet in der Warteschlange auf „{name}“, deshalb kann das Ziel nicht entfernt werden.',
    hint: 'Zuerst den Lauf aus der Warteschlange nehmen oder auf einem anderen Ziel trainieren.',
  },
  'remote.trainsThere': {
    message: 'Der Lauf trainiert auf „{name}“.',
    hint: 'Zuerst pausieren: flowerbed runs pause {run}',
  },
  'remote.notThere': { message: '„{run}“ trainiert gerade auf keinem Ziel.' },
  'remote.attachWhich': {
    message: 'Angeben, welchem Lauf gefolgt werden soll, oder --all.',
    hint: '`flowerbed runs` listet sie auf.',
  },
  'remote.detached': { message: 'Dem Lauf wird hier nicht mehr gefolgt; dort geht er weiter.' },
} as const satisfies ErrorEntries
