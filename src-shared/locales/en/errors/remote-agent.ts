import type { ErrorEntries } from './entries.ts'

/** What the agent on a target refuses. */
export const remoteAgentErrors = {
  'agent.protocol': {
    message: 'The Flowerbed on the target speaks version {theirs} of the protocol, this one version {ours}.',
    hint: 'Install this version of Flowerbed on the target, then try again.',
  },
  'agent.usage': { message: 'The agent does not understand “{command}”.' },
  'agent.folderMissing': { message: 'The agent needs --folder, the folder of Flowerbed on the target.' },
  'agent.inputUnreadable': { message: 'The agent cannot read what was sent to it.' },
  'agent.inTraining': {
    message: 'The run is being trained on the target already.',
    hint: 'Pause or stop it there first.',
  },
  'agent.notLaunched': { message: 'The run has not been launched on this target.' },
  'agent.notOurs': { message: 'Another process trains this launch, or nobody has started it.' },
  'agent.didNotStart': {
    message: 'The process that trains could not be started on the target: {reason}.',
    hint: 'The log of the run there says more.',
  },
  'agent.datasetMissing': {
    message: 'The images are not on the target, or not all of them.',
    hint: 'Start the run again: what is missing is sent first.',
  },
  'agent.offset': {
    message: 'The journal of the run has no entry that begins at byte {offset}.',
    hint: 'The file on the target was changed or lost. Read it again from the start.',
  },
  'agent.journalDamaged': { message: 'The journal of the run is damaged at byte {offset}.' },
  'agent.noSpace': {
    message: 'The disk of the target is full, so training has ended.',
    hint: 'Free space there, then resume the run. The checkpoints written so far are kept.',
  },
} as const satisfies ErrorEntries
