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
  'cluster.notStarted': {
    message: 'A worker could not be started.',
    hint: 'Train with fewer workers, or see the log in the data folder.',
  },
  'cluster.workerGone': {
    message: 'A worker has ended or does not respond.',
    hint: 'Checkpoints are kept. Resume the run with the workers that are left.',
  },
  'cluster.noneLeft': {
    message: 'All workers have ended or do not respond.',
    hint: 'Checkpoints are kept. Resume the run; if it happens again, the log in the data folder says more.',
  },
  'cluster.failing': {
    message: 'The workers have failed {times} times, although none of them has ended.',
    hint: 'Checkpoints are kept. Resume the run with one device.',
  },
  'cluster.open': {
    message: 'The worker would accept connections from other computers, at {address}.',
    hint: 'TensorFlow’s server has no password. Install Flowerbed again, which brings the library that closes it.',
  },
  'cluster.forwardOpen': {
    message: 'A port that leads to a worker accepts connections from other computers, at {address}.',
    hint: 'TensorFlow’s server has no password. On that machine “GatewayPorts yes” of sshd opens it: it has to be “no” or “clientspecified”.',
  },
  'cluster.noForwards': {
    message: '“{name}” forwards no ports: {said}',
    hint: 'Workers reach each other through ports that OpenSSH forwards: “AllowTcpForwarding” of sshd has to be “yes” there.',
  },
  'cluster.hostLost': {
    message: 'The worker on “{name}” has ended or its connection is lost: {said}',
    hint: 'Look at the machine: flowerbed target doctor {name}',
  },
  'cluster.notInNetwork': {
    message: '{name} has no address in the network {network}.',
    hint: 'All machines of the run must be in the network of --workers-network.',
  },
  'cluster.sshOnly': {
    message: '“{name}” is no machine that OpenSSH reaches, so it cannot have a worker of a run.',
    hint: 'List the machines: flowerbed target list',
  },
} as const satisfies ErrorEntries
