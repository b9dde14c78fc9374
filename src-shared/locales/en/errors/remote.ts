import type { ErrorEntries } from './entries.ts'

export const remoteErrors = {
  'target.unknown': {
    message: 'There is no target “{name}”.',
    hint: 'List them: flowerbed target list',
  },
  'target.nameTaken': {
    message: 'There is a target “{name}” already.',
    hint: 'Choose another name, or remove that one first: flowerbed target remove {name}',
  },
  'ssh.notInstalled': {
    message: 'OpenSSH cannot be started on this machine.',
    hint: 'Install it: the command `ssh` must work in a terminal.',
  },
  'ssh.hostKeyUnknown': {
    message: 'The host key of {host} is not known, so nothing was sent to it.',
    hint: 'Run once in a terminal, compare the fingerprint and accept it: {login}',
  },
  'ssh.hostKeyChanged': {
    message: 'The host key of {host} is not the one that is known, so nothing was sent to it.',
    hint: 'Somebody may be listening, or the machine was installed anew. Ask who runs it; a terminal tells more: {login}',
  },
  'ssh.denied': {
    message: '{host} did not let you in: permission denied.',
    hint: 'Flowerbed asks for no password. Let OpenSSH log in with a key (ssh-copy-id, ssh-add), until this works without a question: {login}',
  },
  'ssh.notResolved': {
    message: 'There is no machine named {host} in the network.',
    hint: 'Check the name and the network.',
  },
  'ssh.refused': {
    message: '{host} refused the connection.',
    hint: 'See that its SSH server is running and that the port is right.',
  },
  'ssh.unreachable': {
    message: '{host} cannot be reached from this network.',
    hint: 'Check the network, or the VPN.',
  },
  'ssh.timedOut': {
    message: '{host} does not answer.',
    hint: 'See that it is on, and check the network. A run that trains there goes on.',
  },
  'ssh.lost': {
    message: 'The connection to {host} was lost.',
    hint: 'Check the network. A run that trains there goes on.',
  },
  'ssh.lostSaying': {
    message: 'There is no connection to {host}: {said}',
    hint: 'Check the network. A run that trains there goes on.',
  },
  'remote.noShell': { message: 'The command `sh` cannot be started on this machine.' },
  'remote.silent': {
    message: '{name} does not answer.',
    hint: 'Check the network, and how busy the machine is. A run that trains there goes on.',
  },
  'remote.cut': {
    message: 'The connection to {name} was cut during a transfer.',
    hint: 'Try again: it goes on from where it ended.',
  },
  'remote.damaged': {
    message: 'A file was damaged on its way to or from {name}.',
    hint: 'Try again. If it happens again, check the disks of both machines.',
  },
  'remote.full': {
    message: 'The disk of {name} is full.',
    hint: 'Make room there, or choose a target with another folder. What is there is safe.',
  },
  'remote.noFile': { message: 'A file is missing on {name}.' },
  'remote.commandMissing': { message: 'A command is missing on {name}: {reason}' },
  'remote.commandFailed': { message: '{name} reports: {reason}' },
  'remote.commandEnded': { message: 'A command on {name} ended with status {status}.' },
  'remote.cancelled': { message: 'This was cancelled.' },
  'target.oneKind': { message: 'A target is one of --ssh HOST, --slurm HOST and --sky.' },
  'target.optionOfOther': {
    message: '{option} does not belong to a target of {kind}.',
    hint: 'Leave it out, or see: flowerbed target add --help',
  },
  'target.badName': {
    message:
      'A target’s name has letters, digits, dots, dashes and underscores, and begins with a letter or a digit.',
  },
  'target.badHost': {
    message: 'This is no machine that OpenSSH can be given.',
    hint: 'Write it as after `ssh`: a Host of its configuration, or user@machine.',
  },
  'target.badFolder': { message: 'The folder there must begin with / or ~/ and have no quotes.' },
  'target.badOption': {
    message: '“{problem}” of this target cannot be read.',
    hint: 'See: flowerbed target add --help',
  },
  'target.resourcePair': { message: 'Write it as key=value, such as accelerators=A100:1.' },
  'install.noCheckout': {
    message: 'Flowerbed can be installed on other machines from its checkout only, which is not here.',
    hint: 'Start it with npm start in a clone.',
  },
  'install.notPacked': {
    message: 'Flowerbed could not be packed for another machine.',
    hint: 'The command `tar` must work in a terminal, and the disk must have room.',
  },
  'install.platform': {
    message: 'Flowerbed does not run on a machine of the kind “{platform}”.',
    hint: 'It runs on Linux with x86-64 or ARM processors.',
  },
  'install.noNode': { message: 'The registry of npm has no Node {version} for {platform}.' },
  'install.nodeDoesNotRun': {
    message: 'Node does not run on {name}: {reason}',
    hint: 'It needs a Linux with glibc 2.28 or newer.',
  },
  'target.notInstalled': {
    message: 'This version of Flowerbed is not installed on “{name}”.',
    hint: 'Install it: flowerbed target doctor {name} --install',
  },
} as const satisfies ErrorEntries
