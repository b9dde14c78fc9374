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
  'sky.cancelled': { message: 'Starting “{name}” was cancelled; `sky status` says what runs.' },
} as const satisfies ErrorEntries
