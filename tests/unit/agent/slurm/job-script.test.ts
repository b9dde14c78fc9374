import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { slurmOptionsSchema } from '#shared/remote/target.ts'
import { jobScript, noticeSeconds } from '../../../../src-main/agent/slurm/job-script.ts'
import { temporaryFolder } from '../../../helpers/folder.ts'

const folder = temporaryFolder('job-script')
afterAll(folder.remove)

const script = (slurm: object, changes: Partial<Parameters<typeof jobScript>[0]> = {}) =>
  jobScript({
    ...{ slurm: slurmOptionsSchema.parse(slurm), name: 'flowerbed-r', launchId: 'l1', command: ['true'] },
    ...{ folder: '/data/runs/r', log: '/data/runs/r/log.txt' },
    ...{ requeueFile: '/data/runs/r/requeue', exitFile: '/data/runs/r/exit-status', ...changes },
  })
const directives = (text: string) => [...text.matchAll(/^#SBATCH (.*)$/gm)].map(([, option]) => option)

describe('the directives of a job', () => {
  it('say the options that are given, and no others', () => {
    expect(directives(script({}))).toEqual([
      ...['--job-name=flowerbed-r', '--comment=l1', '--chdir=/data/runs/r', '--output=/data/runs/r/log.txt'],
      ...['--open-mode=append', '--nodes=1', '--ntasks=1', '--requeue', '--signal=B:USR1@120'],
    ])
    const all = { partition: 'gpu', account: 'lab', minutes: 240, gpus: 2, cpus: 8, memoryMiB: 4096 }
    expect(directives(script({ ...all, extra: ['--constraint="a100|h100"', '-x n3'] })).slice(9)).toEqual([
      ...['--partition=gpu', '--account=lab', '--time=240', '--gres=gpu:2', '--cpus-per-task=8'],
      ...['--mem=4096M', '--constraint="a100|h100"', '-x n3'],
    ])
  })

  it('keep spaces and signs of names', () => {
    const text = script({ account: 'a b#c' }, { folder: '/data/my runs', log: '/data/50%/log' })
    expect(directives(text)).toEqual(
      expect.arrayContaining([String.raw`--account=a\ b\#c`, String.raw`--chdir=/data/my\ runs`]),
    )
    expect(directives(text)).toContain('--output=/data/50%%/log')
  })

  it('give notice before the limit, a quarter of a short one', () => {
    expect([undefined, 1, 4, 8, 600].map(noticeSeconds)).toEqual([120, 15, 60, 120, 120])
  })
})

describe.skipIf(process.platform === 'win32')('the shell of a job', () => {
  /** Executes the script with a `scontrol` that writes down what it is asked. */
  async function execute(name: string, training: string, signal?: NodeJS.Signals) {
    const path = join(folder.path, name)
    mkdirSync(path)
    const at = (file: string) => join(path, file)
    writeFileSync(at('scontrol'), `#!/bin/sh\necho "$@" > '${at('asked')}'\n`, { mode: 0o755 })
    const text = script(
      {},
      { command: ['sh', '-c', training], requeueFile: at('requeue'), exitFile: at("exit ' status") },
    )
    writeFileSync(at('job.sh'), text, { mode: 0o755 })
    // What an earlier start of the job has left.
    writeFileSync(at('requeue'), '')
    const env = { ...process.env, PATH: `${path}:${process.env.PATH ?? ''}`, SLURM_JOB_ID: '17' }
    const child = spawn(at('job.sh'), { cwd: path, env, stdio: 'ignore' })
    const ended = new Promise<number | null>((done) => child.on('close', done))
    if (signal) {
      while (!existsSync(at('ready'))) await delay(20)
      child.kill(signal)
    }
    const code = await ended
    const read = (file: string) => (existsSync(at(file)) ? readFileSync(at(file), 'utf8') : null)
    return { code, asked: read('asked'), status: read("exit ' status"), requeue: read('requeue') }
  }

  it('is valid', () => {
    const path = join(folder.path, 'valid.sh')
    writeFileSync(path, script({ partition: 'gpu' }, { command: ["it's", 'a "$word"'] }))
    expect(() => execFileSync('sh', ['-n', path])).not.toThrow()
  })

  it('leaves the exit status', async () => {
    expect(await execute('ended', 'exit 3')).toEqual({ code: 3, asked: null, status: '3\n', requeue: null })
    expect(await execute('killed', 'kill -9 $$')).toMatchObject({ code: 137, status: '137\n' })
  })

  it('passes the notice on and requeues the job once the training has ended', async () => {
    const training = `trap 'sleep 0.2; touch requeue; exit 0' USR1; touch ready; while :; do sleep 0.05; done`
    expect(await execute('notice', training, 'SIGUSR1')).toEqual({
      ...{ code: 0, asked: 'requeue 17\n', status: null, requeue: null },
    })
  })

  it('waits for the training when Slurm ends the job', async () => {
    const training = `touch ready; sleep 0.5; exit 4`
    expect(await execute('terminated', training, 'SIGTERM')).toMatchObject({ code: 4, asked: null })
  })
})
