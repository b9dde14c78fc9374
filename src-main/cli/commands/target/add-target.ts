import type { Command } from 'commander'
import type { z } from 'zod'
import { errorText } from '#shared/error-text.ts'
import type { ErrorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { parseResource, targetSchema } from '#shared/remote/target.ts'
import type { Target } from '#shared/remote/target.ts'
import { invalidArgument } from '../../support/invalid-argument.ts'
import { wholeNumberFrom } from '../../support/options.ts'

/** The options of `target add`. */
export interface TargetOptions {
  ssh?: string
  slurm?: string
  sky?: boolean
  folder?: string
  partition?: string
  account?: string
  minutes?: number
  gpus?: number
  cpus?: number
  memory?: number
  sbatch?: string[]
  resource?: Record<string, string | number | boolean>
  idleMinutes?: number
}

/** Adds the options of which a target is made. */
export function addTargetOptions(command: Command): Command {
  return command
    .option('--ssh <host>', 'a machine that OpenSSH reaches, as you type it after `ssh`')
    .option('--slurm <host>', 'the login node of a Slurm cluster, or local where this machine is one')
    .option('--sky', 'machines that SkyPilot starts in a cloud or in Kubernetes')
    .option('--folder <folder>', 'where Flowerbed, datasets and runs lie there (default: ~/.flowerbed)')
    .option('--partition <name>', 'Slurm: partition of the jobs')
    .option('--account <name>', 'Slurm: account of the jobs')
    .option(
      '--minutes <count>',
      'Slurm: time limit of a job; the run goes on in another one',
      wholeNumberFrom(1),
    )
    .option('--gpus <count>', 'Slurm: GPUs of a job', wholeNumberFrom(0))
    .option('--cpus <count>', 'Slurm: cores of a job', wholeNumberFrom(1))
    .option('--memory <MiB>', 'Slurm: memory of a job', wholeNumberFrom(1))
    .option(
      '--sbatch <option>',
      'Slurm: further option of sbatch, as --sbatch=--constraint=a100; repeatable',
      append,
    )
    .option(
      '--resource <key=value>',
      'SkyPilot: resource of the task, as accelerators=A100:1; repeatable',
      addPair,
    )
    .option(
      '--idle-minutes <count>',
      'SkyPilot: stop the machines after so long without a run',
      wholeNumberFrom(1),
    )
}

const append = (value: string, before: string[] = []): string[] => [...before, value]

function addPair(
  text: string,
  before: Record<string, string | number | boolean> = {},
): Record<string, string | number | boolean> {
  const pair = parseResource(text)
  if (pair === null) throw invalidArgument(errorText('target.resourcePair'))
  return { ...before, [pair.key]: pair.value }
}

/** Which options belong to which kind. */
const optionsOf = {
  ssh: ['ssh'],
  slurm: ['slurm', 'partition', 'account', 'minutes', 'gpus', 'cpus', 'memory', 'sbatch'],
  sky: ['sky', 'resource', 'idleMinutes'],
} as const

const flagOf = (option: string) => `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`

/** The target of the options. @throws FlowerbedError `bad-input` that says which of them is wrong */
export function targetOf(name: string, options: TargetOptions): Target {
  const kinds = (['ssh', 'slurm', 'sky'] as const).filter((kind) => options[kind] !== undefined)
  const [kind] = kinds
  if (kind === undefined || kinds.length > 1) throw badInput(errorText('target.oneKind'))
  const own: readonly string[] = ['folder', ...optionsOf[kind]]
  const other = Object.keys(options).find((option) => isOfAKind(option) && !own.includes(option))
  if (other !== undefined)
    throw badInput(errorText('target.optionOfOther', { option: flagOf(other), kind: flagOf(kind) }))
  const parsed = targetSchema.safeParse({ kind, name, folder: options.folder, ...partsOf(kind, options) })
  if (!parsed.success) throw badInput(problemOf(parsed.error))
  return parsed.data
}

const isOfAKind = (option: string) =>
  Object.values(optionsOf).some((own) => (own as readonly string[]).includes(option))

function partsOf(kind: Target['kind'], options: TargetOptions): object {
  switch (kind) {
    case 'ssh':
      return { host: options.ssh }
    case 'slurm': {
      const {
        slurm: host,
        partition,
        account,
        minutes,
        gpus,
        cpus,
        memory: memoryMiB,
        sbatch: extra,
      } = options
      return {
        host: host === 'local' ? null : host,
        slurm: { partition, account, minutes, gpus, cpus, memoryMiB, extra },
      }
    }
    case 'sky':
      return { resources: options.resource ?? {}, idleMinutes: options.idleMinutes }
  }
}

const problems: Record<string, ErrorText> = {
  name: errorText('target.badName'),
  host: errorText('target.badHost'),
  folder: errorText('target.badFolder'),
}

function problemOf(error: z.ZodError): ErrorText {
  const path = error.issues[0]?.path.join('.') ?? ''
  return problems[path] ?? errorText('target.badOption', { problem: path })
}

const badInput = (text: ErrorText) => new FlowerbedError('bad-input', text)
