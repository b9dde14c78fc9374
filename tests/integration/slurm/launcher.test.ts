import '../../helpers/all-threads.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { slurmOptionsSchema } from '#shared/remote/target.ts'
import type { SlurmOptions } from '#shared/remote/target.ts'
import type { JobState, JournalEntry } from '#shared/remote/protocol.ts'
import { agentTarget, entriesOf, isEvent, launchRequest, lossesOf, shortConfig } from '../../helpers/agent.ts'
import { startSlurmCluster, withoutSlurm } from '../../helpers/slurm-cluster.ts'

const cluster = await startSlurmCluster()
const target = agentTarget('slurm-target')
beforeAll(() => {
  if (cluster) process.env.SLURM_CONF = cluster.env.SLURM_CONF
})
afterAll(async () => {
  await cluster?.stop()
  target.remove()
})

const slurm = (options: Partial<SlurmOptions> = {}) => slurmOptionsSchema.parse(options)
/** More steps than any test waits for. */
const endless = shortConfig({ steps: 1_000_000, checkpointEvery: 1_000_000 })
const run = (command: string, ...args: string[]) => cluster?.run(command, ...args) ?? Promise.resolve('')
const jobIdOf = (job: JobState) => ('jobId' in job && job.jobId !== null ? job.jobId : '')
const isTraining = (entries: JournalEntry[]) => entries.some(isEvent('metrics'))
const jobStates = (entries: JournalEntry[]) =>
  entries.flatMap((entry) => ('job' in entry ? [entry.job.state] : []))
const ends = (entries: JournalEntry[]) => entries.filter((entry) => 'ended' in entry || 'failed' in entry)
/** A job that keeps the node's only processor until it is cancelled. */
async function occupy(): Promise<string> {
  const jobId = await run('sbatch', '--parsable', '--output=/dev/null', '--wrap', 'sleep 300')
  while ((await run('squeue', '--noheader', '--format=%T', `--jobs=${jobId.trim()}`)).trim() !== 'RUNNING')
    await delay(100)
  return jobId.trim()
}

/**
 * Lets a requeued job start soon: Slurm has it wait for two minutes, by when the revocation of its credential has expired.
 * Not within the second of the requeue, by which the node would take the new credential for the revoked one and fail the job.
 */
async function startNow(jobId: string): Promise<void> {
  for (;;) {
    const shown = await run('scontrol', 'show', 'job', jobId, '--oneliner')
    if (shown.includes('JobState=PENDING')) break
    await delay(100)
  }
  await run('scontrol', 'update', `JobId=${jobId}`, 'StartTime=now+2')
}

describe.skipIf(!cluster)(`runs in jobs of Slurm${cluster ? '' : ` (${withoutSlurm})`}`, () => {
  it('wait for a busy node, then train to their end', async () => {
    const other = await occupy()
    const launch = launchRequest('waiting', { slurm: slurm({ minutes: 30, cpus: 1, memoryMiB: 1024 }) })
    const { job } = await target.launch(launch)
    expect(job).toMatchObject({ state: 'queued', position: 1 })
    const again = await target.launch(launch)
    expect(jobIdOf(again.job)).toBe(jobIdOf(job))
    // Slurm says why once it has looked for a node.
    for (;;) {
      const { job: now } = await target.status('waiting')
      if (now.state === 'queued' && now.reason === 'what it asks for is in use by other jobs') break
      expect(now.state).toBe('queued')
      await delay(200)
    }
    await run('scancel', other)
    const entries = entriesOf(await target.follow('waiting'))
    expect(jobStates(entries)).toEqual(['running'])
    expect(lossesOf(entries).map(([step]) => step)).toContain(12)
    expect(ends(entries)).toMatchObject([{ ended: { outcome: 'finished', step: 12 } }])
    expect((await target.status('waiting')).job).toEqual({ state: 'ended' })
  })

  it('make a checkpoint at the time limit, are requeued and resume from it', async () => {
    const { job } = await target.launch(launchRequest('limited', { config: endless, slurm: slurm() }))
    const jobId = jobIdOf(job)
    await target.follow('limited', { until: isTraining })
    // As Slurm does it at the time of --signal=B:USR1.
    await run('scancel', '--batch', '--signal=USR1', jobId)
    await target.waitFor('limited', 'queued')
    await startNow(jobId)
    await target.follow('limited', {
      until: (entries) => entries.filter(isEvent('started')).length === 2,
    })
    await target.control('limited', { kind: 'pause' })
    const entries = entriesOf(await target.follow('limited'))
    const started = entries.flatMap((entry) =>
      'event' in entry && entry.event.type === 'started' ? [entry.event.step] : [],
    )
    const checkpoints = entries.flatMap((entry) =>
      'event' in entry && entry.event.type === 'checkpoint' ? [entry.event.record.step] : [],
    )
    expect(started[1]).toBeGreaterThan(0)
    expect(started[1]).toBe(checkpoints[0])
    expect(jobStates(entries)).toEqual(['running', 'queued', 'running'])
    expect(ends(entries)).toMatchObject([{ ended: { outcome: 'paused' } }])
    // A pause by the user is no reason to go on.
    for (;;) {
      const shown = await run('scontrol', 'show', 'job', jobId, '--oneliner')
      if (shown.includes('JobState=COMPLETED')) break
      expect(shown).not.toContain('JobState=PENDING')
      await delay(100)
    }
  })

  it('give way to a job of a higher partition and go on after it', async () => {
    const { job } = await target.launch(launchRequest('preempted', { config: endless, slurm: slurm() }))
    const jobId = jobIdOf(job)
    await target.follow('preempted', { until: isTraining })
    await run('sbatch', '--partition=high', '--output=/dev/null', '--wrap', 'sleep 1')
    await target.waitFor('preempted', 'queued')
    const { checkpoint } = await target.status('preempted')
    expect(checkpoint?.step).toBeGreaterThan(0)
    await startNow(jobId)
    await target.waitFor('preempted', 'running')
    await target.control('preempted', { kind: 'stop', save: false })
    const entries = entriesOf(await target.follow('preempted'))
    expect(jobStates(entries)).toEqual(['running', 'queued', 'running'])
    expect(ends(entries)).toMatchObject([{ ended: { outcome: 'stopped' } }])
  })

  it('are taken out of the queue by a pause', async () => {
    const other = await occupy()
    const { job } = await target.launch(launchRequest('unqueued', { slurm: slurm() }))
    await target.control('unqueued', { kind: 'pause' })
    expect(ends(target.journal('unqueued'))).toMatchObject([{ ended: { outcome: 'paused' } }])
    const shown = await run('scontrol', 'show', 'job', jobIdOf(job), '--oneliner')
    expect(shown).toContain('JobState=CANCELLED')
    await run('scancel', other)
  })

  it('go on while the controller restarts', async () => {
    const { job } = await target.launch(launchRequest('restarted', { config: endless, slurm: slurm() }))
    await target.follow('restarted', { until: isTraining })
    await cluster?.stopController()
    expect((await target.status('restarted')).job).toMatchObject({ state: 'running', jobId: jobIdOf(job) })
    await cluster?.startController()
    expect((await target.status('restarted')).job).toMatchObject({ state: 'running', jobId: jobIdOf(job) })
    await target.control('restarted', { kind: 'pause' })
    const entries = entriesOf(await target.follow('restarted'))
    expect(ends(entries)).toMatchObject([{ ended: { outcome: 'paused' } }])
  })

  it('are lost, with the reason, when they are killed', async () => {
    const { job } = await target.launch(launchRequest('killed', { config: endless, slurm: slurm() }))
    await target.follow('killed', { until: isTraining })
    const running = (await target.status('killed')).job
    if (running.state === 'running' && running.pid !== null) process.kill(running.pid, 'SIGKILL')
    const lost = await target.waitFor('killed', 'lost')
    expect(lost.job).toEqual({
      state: 'lost',
      reason: `its job ${jobIdOf(job)} was killed, as it is when memory runs out (state FAILED)`,
    })
    expect(readFileSync(join(target.path, 'runs', 'killed', 'exit-status'), 'utf8')).toBe('137\n')
  })

  it('of options that the cluster does not have are refused, by the option', async () => {
    const refused = async (options: Partial<SlurmOptions>) => {
      const answer = (await target.agent(['launch'], {
        input: launchRequest('refused', { slurm: slurm(options) }),
      })) as { error?: { kind: string; message: string; hint?: string; where?: string } }[]
      return answer[0]?.error
    }
    expect(await refused({ partition: 'nope' })).toMatchObject({
      ...{ kind: 'bad-input', where: 'partition', hint: 'It has: low, high, brief, down.' },
      message: 'This cluster has no partition “nope”.',
    })
    expect(await refused({ gpus: 9 })).toMatchObject({ kind: 'bad-input', where: 'gpus' })
    expect(await refused({ memoryMiB: 999_999_999 })).toMatchObject({ where: 'memoryMiB' })
    expect(await refused({ partition: 'brief', minutes: 30 })).toMatchObject({
      ...{ kind: 'bad-input', where: 'minutes' },
      message: 'The partition does not allow a time limit of 30 minutes.',
    })
    expect(await refused({ extra: ['--unknown=1'] })).toMatchObject({ where: 'extra' })
    expect(await run('squeue', '--noheader')).toBe('')
    expect(existsSync(join(target.path, 'runs', 'refused', 'job.json'))).toBe(false)
  })
})
