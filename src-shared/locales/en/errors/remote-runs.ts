import type { ErrorEntries } from './entries.ts'

/** Runs on targets, as this machine sees them. */
export const remoteRunsErrors = {
  'remote.misunderstood': {
    message: '“{name}” answered what this version of Flowerbed does not understand.',
    hint: 'Look at it: flowerbed target doctor {name}',
  },
  'remote.otherVersion': {
    message: 'Flowerbed on “{name}” speaks another version of the protocol.',
    hint: 'Install the same version there: flowerbed target doctor {name}',
  },
  'remote.jobLost': { message: 'Nothing trains the run there any more: {reason}' },
  'remote.detached': { message: 'The run is followed here no more; it goes on where it trains.' },
} as const satisfies ErrorEntries
