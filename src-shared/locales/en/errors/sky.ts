import type { ErrorEntries } from './entries.ts'

export const skyErrors = {
  'sky.missing': {
    message: 'SkyPilot’s command `sky` was not found on this machine.',
    hint: 'Install it with the clouds you use, as pip install "skypilot[aws,gcp,kubernetes]", then let `sky check` succeed.',
  },
  'sky.noCloud': {
    message: 'SkyPilot has no access to a cloud or a Kubernetes cluster.',
    hint: 'Run `sky check` in a terminal: it says what is missing.',
  },
  'sky.noResources': {
    message: 'No cloud of yours has free what “{name}” asks for: {reason}',
    hint: 'Try again later, or ask for others: `sky gpus list` (`sky show-gpus` in earlier versions) lists them.',
  },
  'sky.badResources': {
    message: 'SkyPilot does not accept the resources of “{name}”: {reason}',
    hint: 'They are those of `resources` in a task file of SkyPilot.',
  },
  'sky.failed': {
    message: 'SkyPilot could not start “{name}”: {reason}',
    hint: '`sky status` and `sky logs --provision {cluster}` tell more.',
  },
  'sky.notSky': {
    message: '“{name}” is no target of SkyPilot, so its machine is not started or ended from here.',
  },
  'sky.inUse': {
    message: '“{run}” trains on “{name}”, so its machine is not stopped.',
    hint: 'Pause or stop the run first.',
  },
  'sky.onlyDeleted': {
    message:
      'The machine of “{name}” cannot be stopped, only deleted: it is one of Kubernetes, or has a spot price.',
    hint: 'Delete it with all that lies there: flowerbed target remove {name} --cluster',
  },
  'sky.notEnded': {
    message: 'SkyPilot could not end the machine of “{name}”: {reason}',
    hint: 'It may go on to cost money. `sky status` shows it, `sky down {cluster}` deletes it.',
  },
  'sky.unconfirmed': {
    message: 'Nothing was done: this has to be confirmed.',
    hint: 'Add --yes to the command.',
  },
  'sky.cancelled': { message: 'Starting “{name}” was cancelled; `sky status` says what runs.' },
} as const satisfies ErrorEntries
