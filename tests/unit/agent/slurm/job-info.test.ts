import { describe, expect, it } from 'vitest'
import {
  jobStateOf,
  lostInWords,
  parseAccountedJob,
  parseShownJob,
} from '../../../../src-main/agent/slurm/job-info.ts'
import type { JobInfo } from '../../../../src-main/agent/slurm/job-info.ts'

/** Of Slurm 22.05, shortened. */
const shown = (fields: string) =>
  `JobId=17 JobName=flowerbed-run UserId=me(1000) ${fields} Dependency=(null) Requeue=1 BatchFlag=1 Comment=JobState=FAILED`

const info = (changes: Partial<JobInfo>): JobInfo => ({
  ...{ jobId: '17', state: 'PENDING', waitsFor: 'None', exit: { status: 0, signal: 0 } },
  ...{ restarts: 0, node: null, partition: 'low', ...changes },
})
const stateOf = (changes: Partial<JobInfo>) => jobStateOf(info(changes), { pid: 5, position: 3 })

describe('a job as scontrol shows it', () => {
  it('that waits', () => {
    const line = shown(
      'JobState=PENDING Reason=Resources Restarts=0 ExitCode=0:0 Partition=low,high BatchHost=(null)',
    )
    expect(parseShownJob(line)).toEqual({
      ...{ jobId: '17', state: 'PENDING', waitsFor: 'Resources', restarts: 0, node: null },
      ...{ exit: { status: 0, signal: 0 }, partition: 'low,high' },
    })
  })

  it('that runs, and one that a signal has ended', () => {
    const running = shown('JobState=RUNNING Reason=None Restarts=2 ExitCode=0:0 Partition=low BatchHost=n7')
    expect(parseShownJob(running)).toMatchObject({ state: 'RUNNING', restarts: 2, node: 'n7' })
    const ended = shown('JobState=FAILED Reason=NonZeroExitCode Restarts=0 ExitCode=3:9 Partition=low')
    expect(parseShownJob(ended)).toMatchObject({ exit: { status: 3, signal: 9 } })
  })

  it.each(['', 'slurm_load_jobs error: Invalid job id specified', 'JobId=17'])('is none in “%s”', (line) => {
    expect(parseShownJob(line)).toBeNull()
  })
})

describe('a job as accounting has it', () => {
  it('is that of its last start', () => {
    const lines = '17|NODE_FAIL|0:0|n1|low\n17|CANCELLED by 1000|0:15|n2|low\n'
    expect(parseAccountedJob(lines)).toMatchObject({
      ...{ jobId: '17', state: 'CANCELLED', node: 'n2', partition: 'low' },
      exit: { status: 0, signal: 15 },
    })
  })

  it('is none where nothing is said, and has no node before it starts', () => {
    expect(parseAccountedJob('\n')).toBeNull()
    expect(parseAccountedJob('17|PENDING|0:0|None assigned|low')?.node).toBeNull()
  })
})

describe('where a job stands', () => {
  it('waits with its reason and position', () => {
    expect(stateOf({ waitsFor: 'Priority' })).toEqual({
      ...{ state: 'queued', jobId: '17', position: 3 },
      reason: 'other jobs have a higher priority',
    })
  })

  it('waits for a moment after it was requeued', () => {
    expect(stateOf({ waitsFor: 'BeginTime', restarts: 1 })).toMatchObject({
      reason: 'it is requeued and may start in a moment',
    })
    expect(stateOf({ waitsFor: 'BeginTime' })).toMatchObject({ reason: 'it may start only later' })
  })

  it.each(['RUNNING', 'COMPLETING', 'SIGNALING', 'STAGE_OUT'])('runs while it is %s', (state) => {
    expect(stateOf({ state, node: 'n7' })).toEqual({ state: 'running', pid: 5, jobId: '17', node: 'n7' })
  })

  it.each(['CONFIGURING', 'SUSPENDED', 'REQUEUE_HOLD', 'REQUEUED', 'SPECIAL_EXIT'])(
    'waits while it is %s',
    (state) => {
      expect(stateOf({ state }).state).toBe('queued')
    },
  )

  it.each([
    ['CANCELLED', 'its job 17 was cancelled in Slurm'],
    ['NODE_FAIL', 'the node of its job 17 failed'],
    ['OUT_OF_MEMORY', 'its job 17 used more memory than it asked for'],
    ['TIMEOUT', 'its job 17 reached its time limit and was not requeued'],
    ['PREEMPTED', 'its job 17 made way for another job and was not requeued'],
    ['BOOT_FAIL', 'its job 17 could not be started on its node'],
    ['COMPLETED', 'its job 17 ended without writing how'],
    ['A_STATE_OF_TOMORROW', 'its job 17 ended'],
  ])('is lost as %s', (state, reason) => {
    expect(stateOf({ state })).toEqual({ state: 'lost', reason: `${reason} (state ${state})` })
  })

  it.each([
    [{ status: 3, signal: 0 }, 'its job 17 ended with exit status 3'],
    [{ status: 0, signal: 11 }, 'its job 17 was ended by signal 11'],
    [{ status: 134, signal: 0 }, 'its job 17 was ended by signal 6'],
    [{ status: 0, signal: 9 }, 'its job 17 was killed, as it is when memory runs out'],
    [{ status: 137, signal: 0 }, 'its job 17 was killed, as it is when memory runs out'],
  ])('says its exit status: %o', (exit, reason) => {
    expect(lostInWords(info({ state: 'FAILED', exit }))).toBe(reason)
  })
})
