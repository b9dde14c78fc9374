import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { targetSchema } from '#shared/remote/target.ts'
import { startSkyCluster, skyError } from '../../../src-main/remote/sky.ts'
import { canBeStopped, isKeptCommand, skyCluster, skyTaskFile } from '../../../src-main/remote/sky-task.ts'
import type { SkyTarget } from '../../../src-main/remote/sky-task.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

const folder = temporaryFolder('sky')
afterAll(folder.remove)

const skyTarget = (given: object = {}): SkyTarget => {
  const target = targetSchema.parse({ kind: 'sky', name: 'cloud', resources: {}, ...given })
  if (target.kind !== 'sky') throw new Error('It is a target of SkyPilot.')
  return target
}
interface Task {
  name: string
  resources: object
  run: string
}
const taskOf = (target: SkyTarget) => JSON.parse(skyTaskFile(target)) as Task

describe('the task file of SkyPilot', () => {
  it('has the resources of the target, a name of its own and a job', () => {
    const resources = { infra: 'aws/us-east-1', accelerators: 'A100:1', use_spot: true, disk_size: 100 }
    const task = taskOf(skyTarget({ resources }))
    expect(Object.keys(task)).toEqual(['name', 'resources', 'run'])
    expect(task.name).toBe('flowerbed-cloud')
    expect(task.resources).toEqual(resources)
    expect(task.run).toContain('-lt 9 ]')
  })

  it.each([
    ['cloud', 'flowerbed-cloud'],
    ['9lives', 'flowerbed-9lives'],
    ['a.b_c-', 'flowerbed-a.b_c'],
  ])('names the cluster of %s as SkyPilot allows', (name, cluster) => {
    expect(skyCluster({ name })).toBe(cluster)
    expect(cluster).toMatch(/^[a-zA-Z]([-_.a-zA-Z0-9]*[a-zA-Z0-9])?$/)
  })

  it.each([
    [{}, true],
    [{ infra: 'gcp', use_spot: false }, true],
    [{ infra: 'k8s/my-context' }, false],
    [{ cloud: 'Kubernetes' }, false],
    [{ infra: 'ssh/my-pool' }, false],
    [{ use_spot: true }, false],
  ])('has clusters of %o stopped where that is possible: %s', (resources, stops) => {
    expect(canBeStopped({ resources })).toBe(stops)
  })
})

const sh = (line: string, env: NodeJS.ProcessEnv) => spawn('sh', ['-c', line], { env, stdio: 'ignore' })
const end = (child: ReturnType<typeof sh>) => new Promise<number | null>((done) => child.on('close', done))
const waitFor = async (holds: () => boolean | Promise<boolean>) => {
  while (!(await holds())) await delay(20)
}

describe.skipIf(process.platform === 'win32')('the job that keeps a cluster', () => {
  it('runs while something trains, and ends after the idle minutes', async () => {
    const home = join(folder.path, 'home')
    const control = join(home, 'my runs', 'runs', 'r1', 'control')
    mkdirSync(control, { recursive: true })
    // A minute of 50 ms.
    const minutes = join(folder.path, 'minutes')
    writeFileSync(join(folder.path, 'sleep'), `#!/bin/sh\necho >> '${minutes}'\nexec /bin/sleep 0.05\n`, {
      mode: 0o755,
    })
    const passed = () => (existsSync(minutes) ? readFileSync(minutes, 'utf8').length : 0)
    const env = { ...process.env, HOME: home, PATH: `${folder.path}:${process.env.PATH ?? ''}` }
    const target = skyTarget({ folder: '~/my runs', idleMinutes: 4 })
    const isKept = async () => (await end(sh(isKeptCommand(target.folder), env))) === 0

    expect(await isKept()).toBe(false)
    const job = sh(taskOf(target).run, env)
    const ended = end(job)
    await waitFor(isKept)
    // Longer than the idle minutes: the run trains.
    await waitFor(() => passed() > 12)
    expect(job.exitCode).toBeNull()
    const past = Date.now() / 1000 - 600
    utimesSync(control, past, past)
    const before = passed()
    expect(await ended).toBe(0)
    expect(passed() - before).toBeLessThanOrEqual(4)
    expect(await isKept()).toBe(false)
  })
})

/** Messages of SkyPilot 0.14, shortened. */
describe('what SkyPilot says', () => {
  it.each([
    [
      [
        'Running on cluster: flowerbed-cloud',
        'sky.exceptions.NoCloudAccessError: Cloud access is not set up. Run: sky check',
      ],
      'unavailable',
      /no access to a cloud/,
    ],
    [
      [
        'YAML to run: task.yaml',
        "sky.exceptions.InvalidSkyPilotConfigError: Invalid resources YAML: Found unsupported field 'gpu'.",
      ],
      'bad-input',
      /resources of “cloud”: Invalid resources YAML: Found unsupported field 'gpu'\.$/,
    ],
    [
      [
        'Launching on AWS us-east-1 (us-east-1a).',
        'sky.exceptions.ResourcesUnavailableError: Failed to acquire resources in all zones in us-east-1.',
        'To keep retrying until the cluster is up, use the `--retry-until-up` flag.',
      ],
      'unavailable',
      /free what “cloud” asks for: Failed to acquire resources in all zones/,
    ],
    [
      [
        'SkyPilot API server started.',
        'sky.exceptions.CloudError: requests error (ConnectionError): Failed to resolve a name',
      ],
      'unavailable',
      /could not start “cloud”: requests error \(ConnectionError\): Failed to resolve a name$/,
    ],
    [['ssh: the moon is full'], 'unavailable', /could not start “cloud”: ssh: the moon is full/],
    [[], 'unavailable', /could not start “cloud”: \?/],
  ])('%j', (lines, kind, message) => {
    const error = skyError(skyTarget(), lines)
    expect(error.kind).toBe(kind)
    expect(error.message).toMatch(message)
  })

  it('is how to install it where it is missing', async () => {
    const host = { run: () => Promise.reject(new Error('There is no such host.')) }
    const env = { PATH: folder.path }
    await expect(startSkyCluster(skyTarget(), host, { env })).rejects.toMatchObject({
      kind: 'unavailable',
      hint: expect.stringContaining('pip install "skypilot[') as string,
    })
  })

  it('is not asked where the cluster is kept', async () => {
    const asked: string[] = []
    const host = { run: (command: string) => Promise.resolve(String(asked.push(command))) }
    await startSkyCluster(skyTarget(), host, { env: { PATH: folder.path } })
    expect(asked).toEqual([isKeptCommand('~/.flowerbed')])
  })
})
