import { mkdirSync, symlinkSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStore } from '../../../src-main/database/store.ts'
import { command, commandsInOneProcess } from '../../helpers/command.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { plain, writeFiles } from '../../helpers/images.ts'
import { hasSshd, sshServer } from '../../helpers/ssh-server.ts'
import type { SshServer } from '../../helpers/ssh-server.ts'

/** The command trains on this machine by SSH: the agent and its TensorFlow are those of a target. */
describe.skipIf(!hasSshd)('the command on a target', () => {
  const folder = temporaryFolder('train-elsewhere')
  const there = join(folder.path, 'there')
  const images = join(folder.path, 'Images')
  let server: SshServer
  /** A process each, to be interrupted or to go on beside others. */
  let run: ReturnType<typeof command>
  let commands: ReturnType<typeof commandsInOneProcess>

  beforeAll(async () => {
    server = await sshServer()
    run = command(join(folder.path, 'data'), server.env)
    commands = commandsInOneProcess(join(folder.path, 'data'), server.env)
    // TensorFlow is there already, as after the first run.
    mkdirSync(there)
    const cache = process.env['FLOWERBED_CACHE_DIR'] ?? join(homedir(), '.cache', 'flowerbed')
    symlinkSync(join(cache, 'runtime'), join(there, 'runtime'))
    const files = await Promise.all(
      ['#d03030', '#30a030', '#3050d0', '#d0c030'].map((colour) => plain(20, 20, colour).png().toBuffer()),
    )
    writeFiles(images, Object.fromEntries(files.map((bytes, i) => [`${i}.png`, bytes])))
    await commands.run(['target', 'add', 'mars', '--ssh', server.hosts.direct, '--folder', there])
  })
  afterAll(async () => {
    await commands.end()
    await server.stop()
    folder.remove()
  })

  const settings = [
    'hidden=8',
    'sampleSteps=2',
    'sampleCount=1',
    'network=conv',
    'precision=fp32',
    'sampleEvery=1000000',
    'emaKind=power',
  ]
  const train = (steps: number) => [
    ...['train', images, '--on', 'mars', '--image-size', '16', '--batch', '4', '--steps', String(steps)],
    ...settings.flatMap((one) => ['--set', one]),
    ...['--device', 'cpu', '--json'],
  ]
  function newest() {
    const store = openStore(join(folder.path, 'data'))
    const [record] = store.runs.list()
    const key = store.runs.key(record?.id ?? '')
    const steps = store.metrics.series(key).steps
    const checkpoints = store.checkpoints.list(key).map(({ step }) => step)
    store.close()
    return { record, lastMetric: steps.at(-1), checkpoints }
  }

  it('trains there to the end, with curves and checkpoints here, and resumes there', async () => {
    const { code, err, json } = await run(train(3))
    expect(code, err).toBe(0)
    expect(json).toMatchObject({ steps: 3 })
    const { record, lastMetric, checkpoints } = newest()
    expect(record).toMatchObject({ status: 'finished', target: 'mars', step: 3 })
    expect([lastMetric, checkpoints[0]]).toEqual([3, 3])
    // The snapshots of its averages are here too, so that another width can be made of them; training resumes there as before.
    const averaged = await commands.run(['average', 'latest', '--width', '0.1', '--json'])
    expect(averaged.json, averaged.err).toMatchObject({ step: 3, width: 0.1, snapshots: 2 })
    const longer = await commands.run(['train', '--resume', 'latest', '--steps', '2'])
    expect(longer.code, longer.err).toBe(0)
    expect(newest().record).toMatchObject({ status: 'finished', target: 'mars', step: 5 })
    // Its checkpoint is whole here: it samples without the target.
    const sampled = await commands.run([
      'sample',
      'latest',
      '--count',
      '1',
      '--out',
      join(folder.path, 'out'),
    ])
    expect(sampled.code, sampled.err).toBe(0)
  })

  it('goes on there when Ctrl+C ends following, is followed again, and pauses there', async () => {
    const { code, err } = await run(train(1_000_000), (told) => /step [1-9]\d* of/.test(told))
    expect(code).toBe(130)
    expect(err).toContain('flowerbed attach')
    const { id = '', step = 0 } = newest().record ?? {}
    expect(newest().record).toMatchObject({ status: 'training' })
    const followed = run(['attach', id])
    const paused = await commands.run(['runs', 'pause', id, '--json'])
    expect(paused.json, paused.err).toMatchObject({ told: true })
    const ended = await followed
    expect(ended.code, ended.err).toBe(0)
    expect(newest().record).toMatchObject({ status: 'paused' })
    expect(newest().record?.step).toBeGreaterThan(step)
    expect(newest().checkpoints[0]).toBe(newest().record?.step)
  })

  it('trains queued runs there and here; one whose target is not reached stays with the reason', async () => {
    await commands.run(['target', 'add', 'pluto', '--ssh', 'pluto.invalid', '--folder', there])
    const queue = async (name: string, ...options: string[]) => {
      const { code, err } = await commands.run([...train(3), '--name', name, '--queue', ...options])
      expect(code, err).toBe(0)
    }
    await queue('lost', '--on', 'pluto')
    await queue('there')
    await queue('here', '--on', 'local')
    const listed = (await commands.run(['queue', 'list', '--json'])).json['queue']
    expect(listed).toMatchObject([{ target: 'pluto' }, { target: 'mars' }, { target: null }])
    const statuses = () => {
      const store = openStore(join(folder.path, 'data'))
      const found = Object.fromEntries(store.runs.list().map(({ name, status }) => [name, status]))
      store.close()
      return found
    }
    const isDone = () => statuses()['there'] === 'finished' && statuses()['here'] === 'finished'
    const { code, err } = await run(['queue', 'run'], (told) => told.includes('“lost” waits') && isDone())
    expect(code, err).toBe(130)
    expect(statuses()).toMatchObject({ lost: 'queued', there: 'finished', here: 'finished' })
    expect((await commands.run(['queue', 'list'])).err).toMatch(/lost.*trained on pluto.*pluto\.invalid/)
    expect((await commands.run(['target', 'remove', 'pluto'])).err).toContain('“lost” is queued for “pluto”')
    // It trains elsewhere instead.
    const lost = listed as { run: string }[]
    const moved = await commands.run(['queue', 'add', lost[0]?.run ?? '', '--on', 'mars', '--json'])
    expect(moved.json['queue'], moved.err).toMatchObject([{ name: 'lost', target: 'mars', reason: null }])
  })

  it('says what does not go with a target', async () => {
    const unknown = await commands.run(['train', images, '--on', 'venus'])
    expect(unknown.err).toContain('There is no target “venus”.')
    const several = await commands.run(['train', images, '--on', 'mars', '--queue', '--workers', '2'])
    expect(several.err).toContain('--workers and --devices do not go with --on')
    expect((await commands.run(['attach'])).code).toBe(2)
  })
})
