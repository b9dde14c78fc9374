import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openStore } from '../../../src-main/database/store.ts'
import { command, commandsInOneProcess } from '../../helpers/command.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { plain, writeFiles } from '../../helpers/images.ts'

const folder = temporaryFolder('cli-queue')
const images = join(folder.path, 'Images')
const data = join(folder.path, 'data')
const commands = commandsInOneProcess(data)
const flowerbed = commands.run
const small = ['--image-size', '16', '--device', 'cpu', '--preset', 'pixel-posterior'].concat(
  ['hidden=8', 'batch=4', 'network=conv', 'sampleEvery=0', 'sampleCount=4', 'precision=fp32'].flatMap(
    (setting) => ['--set', setting],
  ),
)

beforeAll(async () => {
  const file = await plain(20, 20, '#d03030').png().toBuffer()
  writeFiles(images, Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`${i}.png`, file])))
})
afterAll(async () => {
  await commands.end()
  folder.remove()
})

const queue = async (name: string, steps: string): Promise<string> => {
  const { code, err, json } = await flowerbed([
    'train',
    images,
    ...small,
    '--name',
    name,
    '--steps',
    steps,
    '--queue',
    '--json',
  ])
  expect(code, err).toBe(0)
  return String(json['run'])
}
const namesOf = (json: Record<string, unknown>) =>
  (json['queue'] as { name: string }[]).map(({ name }) => name)
const statuses = () => {
  const store = openStore(data)
  const runs = store.runs.list().map(({ name, status, step }) => [name, status, step])
  const rows = store.queue.list().map(({ runId }) => store.runs.get(runId).name)
  store.close()
  return { runs, rows }
}

it('queues, lists, moves and removes runs, and trains them in that order; an interrupted run stays first', async () => {
  const [a, b, c] = [await queue('a', '3'), await queue('b', '100000'), await queue('c', '4')]
  expect(namesOf((await flowerbed(['queue', 'list', '--json'])).json)).toEqual(['a', 'b', 'c'])
  expect(namesOf((await flowerbed(['queue', 'move', b, '1', '--json'])).json)).toEqual(['b', 'a', 'c'])
  expect(namesOf((await flowerbed(['queue', 'remove', c, '--json'])).json)).toEqual(['b', 'a'])
  const wrong = await flowerbed(['queue', 'move', c, '1'])
  expect([wrong.code, wrong.err]).toEqual([
    expect.any(Number),
    expect.stringContaining('“c” is not in the queue.'),
  ])
  expect(wrong.code).not.toBe(0)
  const added = await flowerbed(['queue', 'add', c, '--at', '2030-01-31T23:30', '--after', a, '--json'])
  expect(added.json['queue']).toMatchObject([{ name: 'b' }, { name: 'a' }, { name: 'c', after: a }])
  const circle = await flowerbed(['queue', 'add', a, '--after', c])
  expect(circle.err).toContain('“a” cannot start after “c”')
  await flowerbed(['queue', 'remove', c])

  const stopped = await command(data)(['queue', 'run'], (told) => /step [1-9]/.test(told))
  expect(stopped.err).toContain('Resume with: flowerbed queue run')
  expect(statuses().rows).toEqual(['b', 'a'])
  // Given up for good, it makes way.
  await flowerbed(['queue', 'remove', b])
  const run = await flowerbed(['queue', 'run', '--json'])
  expect(run.code, run.err).toBe(0)
  expect(run.json).toMatchObject({ runs: [{ run: a, steps: 3 }], failed: 0 })
  const { runs, rows } = statuses()
  expect(runs).toEqual([
    ['c', 'waiting', 0],
    ['b', 'paused', expect.any(Number)],
    ['a', 'finished', 3],
  ])
  expect(rows).toEqual([])
  expect((await flowerbed(['queue', 'run'])).err).toContain('The queue is empty.')
}, 240_000)

it('a run whose images are gone fails with its sentence, and the next trains', async () => {
  const [gone, next] = [await queue('gone', '2'), await queue('next', '2')]
  const store = openStore(data)
  store.database.prepare('UPDATE runs SET dataset_id = NULL WHERE id = ?').run(gone)
  store.close()
  const { code, err, json } = await flowerbed(['queue', 'run', '--json'])
  expect(err).toMatch(/“gone” failed: .*images/)
  expect(json).toMatchObject({ runs: [{ run: next, steps: 2 }], failed: 1 })
  expect(code).not.toBe(0)
  expect(statuses().runs.slice(0, 2)).toEqual([
    ['next', 'finished', 2],
    ['gone', 'failed', 0],
  ])
}, 120_000)
