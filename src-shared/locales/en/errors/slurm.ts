import type { ErrorEntries } from './entries.ts'

export const slurmErrors = {
  'slurm.missing': {
    message: 'Slurm’s command {command} was not found on {host}.',
    hint: 'Give a login node of the cluster, on which `sbatch --version` answers without a shell of your own.',
  },
  'slurm.noAnswer': {
    message: 'The controller of Slurm does not answer.',
    hint: 'Try again later; `scontrol ping` on {host} says whether it does.',
  },
  'slurm.partition': {
    message: 'This cluster has no partition “{partition}”.',
    hint: 'It has: {choices}.',
  },
  'slurm.noDefaultPartition': {
    message: 'This cluster has no default partition.',
    hint: 'Give one of: {choices}.',
  },
  'slurm.account': {
    message: 'Slurm does not accept the account “{account}” with this partition.',
    hint: '`sacctmgr show associations user=$USER` on {host} lists yours.',
  },
  'slurm.noAccount': {
    message: 'Slurm wants an account for this partition, or another one than your default.',
    hint: 'Give one; `sacctmgr show associations user=$USER` on {host} lists yours.',
  },
  'slurm.time': {
    message: 'The partition does not allow a time limit of {minutes} minutes.',
    hint: 'It allows {limit}. Give less: a run that is not done then goes on in another job.',
  },
  'slurm.noTime': {
    message: 'The partition wants a time limit, or a shorter one.',
    hint: 'Give one in minutes: a run that is not done then goes on in another job.',
  },
  'slurm.gpus': {
    message: 'No node has {count} GPUs that Slurm can give to a job.',
    hint: '`sinfo -o "%P %G"` on {host} lists the GPUs of each partition.',
  },
  'slurm.memory': {
    message: 'No node has {mebibytes} MiB of memory to give to a job.',
    hint: '`sinfo -o "%P %m"` on {host} lists the memory of nodes, in MiB.',
  },
  'slurm.resources': {
    message: 'No node of the partition has what the job asks for: {reason}.',
    hint: 'Ask for less; `sinfo -o "%P %c %m %G %l"` on {host} lists processors, memory, GPUs and time limits.',
  },
  'slurm.limits': {
    message: 'The cluster’s limits for your account do not allow this job: {reason}.',
    hint: 'Ask for less, or wait until jobs of yours have ended.',
  },
  'slurm.option': { message: 'sbatch does not accept an option of the target: {reason}.' },
  'slurm.refused': { message: 'Slurm did not take the job: {reason}.' },
  'slurm.notCancelled': {
    message: 'Job {job} of Slurm does not end.',
    hint: '`scancel {job}` on {host} ends it; try again then.',
  },
} as const satisfies ErrorEntries
