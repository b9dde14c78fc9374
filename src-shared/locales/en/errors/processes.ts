import type { ErrorEntries } from './entries.ts'

export const processesErrors = {
  'process.unknownError': { message: 'an error that cannot be described' },
  'process.noRequest': { message: 'There is no request “{request}”.' },
  'process.otherPage': { message: 'This page may not send requests.' },
  'process.unknownRequest': { message: 'This process does not know the request “{request}”.' },
  'process.ended': {
    message: 'The {name} process ended unexpectedly.',
    hint: 'Checkpoints are kept. Try again; if it ends again, the log in the data folder says more.',
  },
  'process.notStarted': {
    message: 'The {name} process cannot be started.',
    hint: 'Close other programs to free memory, or restart Flowerbed. Checkpoints are kept.',
  },
  'process.startedAlone': { message: 'The engine must be started by Flowerbed.' },
} as const satisfies ErrorEntries
