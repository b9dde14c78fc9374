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
  'remote.detached': { message: 'Dem Lauf wird hier nicht mehr gefolgt; dort geht er weiter.' },
} as const satisfies ErrorEntries
