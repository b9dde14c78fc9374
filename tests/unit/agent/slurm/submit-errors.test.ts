import { describe, expect, it } from 'vitest'
import { slurmOptionsSchema } from '#shared/remote/target.ts'
import type { SlurmOptions } from '#shared/remote/target.ts'
import {
  exceeds,
  neverError,
  parsePartitions,
  submitError,
} from '../../../../src-main/agent/slurm/submit-errors.ts'

const partitions = parsePartitions('gpu|1-00:00:00\nbrief|30:00\ngpu|1-00:00:00\n\n')
const options = (given: Partial<SlurmOptions>) => slurmOptionsSchema.parse(given)
const refused = (stderr: string, given: Partial<SlurmOptions> = {}) =>
  submitError(stderr, options(given), partitions)
const failed = (reason: string) => `sbatch: error: Batch job submission failed: ${reason}\n`

describe('what sbatch refuses', () => {
  it('a partition, with those there are', () => {
    const error = refused(
      `sbatch: error: invalid partition specified: nope\n${failed('Invalid partition name specified')}`,
      { partition: 'nope' },
    )
    expect(error).toMatchObject({
      ...{ kind: 'bad-input', where: 'partition', hint: 'It has: gpu, brief.' },
      message: 'This cluster has no partition “nope”.',
    })
  })

  it.each<[stderr: string, given: Partial<SlurmOptions>, where: string | undefined, message: RegExp]>([
    [
      failed('Invalid account or account/partition combination specified'),
      { account: 'lab' },
      'account',
      /does not accept the account “lab”/,
    ],
    [
      failed('Invalid account or account/partition combination specified'),
      {},
      'account',
      /wants an account for this partition/,
    ],
    [
      failed('Requested time limit is invalid (missing or exceeds some limit)'),
      { partition: 'brief', minutes: 45 },
      'minutes',
      /does not allow a time limit of 45 minutes/,
    ],
    [
      failed('Requested time limit is invalid (missing or exceeds some limit)'),
      {},
      'minutes',
      /wants a time limit/,
    ],
    ['sbatch: error: Invalid generic resource (gres) specification\n', { gpus: 2 }, 'gpus', /has 2 GPUs/],
    [
      `sbatch: error: Memory specification can not be satisfied\n${failed('Requested node configuration is not available')}`,
      { memoryMiB: 9000, gpus: 1 },
      'memoryMiB',
      /has 9000 MiB/,
    ],
    [
      `sbatch: error: CPU count per node can not be satisfied\n${failed('Requested node configuration is not available')}`,
      { cpus: 500 },
      'cpus',
      /CPU count per node can not be satisfied; Requested node configuration is not available/,
    ],
    [
      failed('Requested node configuration is not available'),
      { gpus: 9 },
      'gpus',
      /has what the job asks for/,
    ],
    [
      failed("Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)"),
      {},
      undefined,
      /limits for your account do not allow/,
    ],
    [failed('Invalid feature specification'), {}, 'extra', /Invalid feature specification/],
    [failed('Invalid qos specification'), {}, 'extra', /Invalid qos/],
    [
      `sbatch: unrecognized option '--unknown=1'\nTry "sbatch --help" for more information\n`,
      {},
      'extra',
      /: unrecognized option '--unknown=1'\.$/,
    ],
    ['sbatch: error: Invalid --time specification\n', {}, 'extra', /Invalid --time/],
    [failed('The moon is full'), {}, undefined, /did not take the job: The moon is full\.$/],
  ])('%s', (stderr, given, where, message) => {
    const error = refused(stderr, given)
    expect(error.kind).toBe('bad-input')
    expect(error.where).toBe(where)
    expect(error.message).toMatch(message)
  })

  it('names the limit of the partition', () => {
    const stderr = failed('Requested time limit is invalid (missing or exceeds some limit)')
    expect(refused(stderr, { partition: 'brief', minutes: 45 }).hint).toMatch(/^It allows 30:00\./)
    expect(refused(stderr, { minutes: 45 }).hint).toMatch(/^It allows gpu 1-00:00:00, brief 30:00\./)
  })
})

describe('a job that was taken but can never start', () => {
  const never = (code: string, given: Partial<SlurmOptions>) => neverError(code, options(given), partitions)

  it('names the time limit', () => {
    expect(never('PartitionTimeLimit', { minutes: 45, partition: 'brief' }).where).toBe('minutes')
    expect(never('PartitionConfig', { minutes: 45, partition: 'brief' }).where).toBe('minutes')
    expect(never('PartitionConfig', { minutes: 15, partition: 'brief' }).where).toBeUndefined()
    expect(never('QOSMaxWallDurationPerJobLimit', { minutes: 45 }).where).toBe('minutes')
  })

  it('names the account', () => {
    expect(never('InvalidAccount', { account: 'lab' })).toMatchObject({ kind: 'bad-input', where: 'account' })
  })

  it('says the reason in words', () => {
    expect(never('BadConstraints', {}).message).toContain('no node has all that it asks for')
    expect(never('QOSMaxCpuPerJobLimit', {}).message).toContain('QOSMaxCpuPerJobLimit')
  })
})

describe('a time limit in the notation of Slurm', () => {
  it.each([
    ['30:00', 30],
    ['1:00:00', 60],
    ['2-00:00:00', 2880],
    ['1-02:03:00', 1563],
  ])('%s is %d minutes', (limit, minutes) => {
    expect(exceeds(minutes, limit)).toBe(false)
    expect(exceeds(minutes + 1, limit)).toBe(true)
  })

  it.each(['infinite', 'n/a', '', undefined])('%s limits nothing', (limit) => {
    expect(exceeds(1e9, limit)).toBe(false)
  })
})
