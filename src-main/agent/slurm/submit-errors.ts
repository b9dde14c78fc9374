import { hostname } from 'node:os'
import { errorText } from '#shared/error-text.ts'
import type { ErrorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { SlurmOptions } from '#shared/remote/target.ts'
import { reasonInWords } from './reasons.ts'

/** A partition of the cluster, for hints. */
export interface Partition {
  name: string
  /** Its time limit as Slurm says it, `1-00:00:00` or `infinite`. */
  timeLimit: string
}

/** What `sinfo --noheader --all --format=` is asked for: fields of `parsePartitions`. */
export const partitionFields = '%R|%l'

export function parsePartitions(text: string): Partition[] {
  const found = text
    .split('\n')
    .map((line) => line.trim().split('|'))
    .map(([name = '', timeLimit = '']) => ({ name, timeLimit }))
    .filter(({ name }) => name !== '')
  return [...new Map(found.map((partition) => [partition.name, partition])).values()]
}

/** Which option of a target an error is about. */
type Option = keyof SlurmOptions

/** What sbatch says and which of the options it means; `reason` is its own sentence. */
const refusals: [
  pattern: RegExp,
  read: (
    options: SlurmOptions,
    more: { partitions: Partition[]; reason: string },
  ) => [ErrorText, Option | undefined],
][] = [
  [
    /invalid partition|Invalid partition name/i,
    ({ partition = '' }, { partitions }) => [
      errorText('slurm.partition', { partition, choices: listed(partitions) }),
      'partition',
    ],
  ],
  [
    /No partition specified or system default partition/i,
    (_options, { partitions }) => [
      errorText('slurm.noDefaultPartition', { choices: listed(partitions) }),
      'partition',
    ],
  ],
  [/Invalid account|account.*(not permitted|required)|must (use|specify|set) an account/i, accountError],
  [/time limit.*(invalid|exceeds)|exceeds (the )?(partition )?time limit/i, timeError],
  [
    /Invalid generic resource|gres\/gpu|Invalid Trackable RESource/i,
    ({ gpus }) => [errorText('slurm.gpus', { count: gpus, host: hostname() }), 'gpus'],
  ],
  [
    /Memory specification can not be satisfied|Memory required by task is not available|Invalid --mem specification/i,
    ({ memoryMiB = 0 }) => [
      errorText('slurm.memory', { mebibytes: memoryMiB, host: hostname() }),
      'memoryMiB',
    ],
  ],
  [
    /CPU count.*can not be satisfied|More processors requested than permitted/i,
    (_options, { reason }) => [errorText('slurm.resources', { reason, host: hostname() }), 'cpus'],
  ],
  [
    /Requested node configuration is not available|Node count specification invalid/i,
    (options, { reason }) => [
      errorText('slurm.resources', { reason, host: hostname() }),
      options.gpus > 0 ? 'gpus' : options.cpus === undefined ? undefined : 'cpus',
    ],
  ],
  [
    /violates accounting\/QOS policy|QOS.*Limit|AssocMax|AssocGrp/i,
    (_options, { reason }) => [errorText('slurm.limits', { reason }), undefined],
  ],
  [
    /unrecognized option|invalid option|requires an argument|Invalid --|(Invalid|Requested) (feature|qos|license|node name|reservation|constraint|dependency|job array)/i,
    (_options, { reason }) => [errorText('slurm.option', { reason }), 'extra'],
  ],
]

function accountError({ account }: SlurmOptions): [ErrorText, Option] {
  const host = hostname()
  return account === undefined
    ? [errorText('slurm.noAccount', { host }), 'account']
    : [errorText('slurm.account', { account, host }), 'account']
}

function timeError(
  { minutes, partition }: SlurmOptions,
  { partitions }: { partitions: Partition[] },
): [ErrorText, Option] {
  const limit = partitions.find(({ name }) => name === partition)?.timeLimit
  return minutes === undefined
    ? [errorText('slurm.noTime'), 'minutes']
    : [errorText('slurm.time', { minutes, limit: limit ?? listed(partitions, true) }), 'minutes']
}

const listed = (partitions: Partition[], withLimit = false): string =>
  partitions.map(({ name, timeLimit }) => (withLimit ? `${name} ${timeLimit}` : name)).join(', ') || '?'

/** What sbatch has said without its name, the last sentence being the reason. */
function reasonOf(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.replace(/^sbatch: (error: )?(Batch job submission failed: )?/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('Try "'))
  return [...new Set(lines)].join('; ').replace(/\.$/, '')
}

/**
 * The error of a job that sbatch did not take: `bad-input` with the option of the target in `where`.
 * @param stderr in English, as LC_ALL=C has it
 */
export function submitError(stderr: string, options: SlurmOptions, partitions: Partition[]): FlowerbedError {
  const reason = reasonOf(stderr)
  const read = refusals.find(([pattern]) => pattern.test(stderr))?.[1]
  const [text, where] = read
    ? read(options, { partitions, reason })
    : [errorText('slurm.refused', { reason }), undefined]
  return new FlowerbedError('bad-input', text, where ? { where } : {})
}

/** The error of a job that was taken but can never start, by Slurm's word for it. */
export function neverError(code: string, options: SlurmOptions, partitions: Partition[]): FlowerbedError {
  const bad = ([text, where]: [ErrorText, Option | undefined]) =>
    new FlowerbedError('bad-input', text, where ? { where } : {})
  const limit = partitions.find(({ name }) => name === options.partition)?.timeLimit
  const isTime = /TimeLimit|MaxWall/.test(code) || exceeds(options.minutes, limit)
  if (isTime) return bad(timeError(options, { partitions }))
  if (/Account/.test(code)) return bad(accountError(options))
  const reason = reasonInWords(code, '')
  if (/^(QOS|Assoc|InvalidQOS)/.test(code)) return bad([errorText('slurm.limits', { reason }), undefined])
  return bad([errorText('slurm.resources', { reason, host: hostname() }), undefined])
}

/** Whether minutes are more than a limit in Slurm's notation: days-hours:minutes:seconds, or minutes:seconds. */
export function exceeds(minutes: number | undefined, limit: string | undefined): boolean {
  const match = /^(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+)$/.exec(limit ?? '')
  if (minutes === undefined || !match) return false
  const [days = 0, hours = 0, mins = 0, secs = 0] = match.slice(1).map((part) => Number(part) || 0)
  return minutes > days * 1440 + hours * 60 + mins + secs / 60
}
