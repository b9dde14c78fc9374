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
  'remote.targetInUse': {
    message: '“{run}” trains on “{name}”, so the target cannot be removed.',
    hint: 'Pause or stop the run first.',
  },
  'remote.noWorkers': {
    message: 'A run on “{name}” trains on what is there, so --workers and --devices do not go with --on.',
    hint: 'Leave them out.',
  },
  'remote.targetQueued': {
    message: '“{run}” is queued for “{name}”, so the target cannot be removed.',
    hint: 'Take the run out of the queue first, or let another target train it.',
  },
  'remote.trainsThere': {
    message: 'The run trains on “{name}”.',
    hint: 'Pause it first: flowerbed runs pause {run}',
  },
  'remote.notThere': { message: '“{run}” does not train on a target now.' },
  'remote.attachWhich': {
    message: 'Say which run to follow, or --all.',
    hint: 'List them: flowerbed runs',
  },
  'remote.detached': { message: 'The run is followed here no more; it goes on where it trains.' },
} as const satisfies ErrorEntries
