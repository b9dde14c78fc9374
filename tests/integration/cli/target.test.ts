import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { command } from '../../helpers/command.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder('target-command')
})
afterEach(() => folder.remove())

it('adds, lists and removes targets of each kind', async () => {
  const run = command(folder.path)
  const gpu = { kind: 'ssh', name: 'gpu', host: 'me@gpu', folder: '~/.flowerbed' }
  expect((await run(['target', 'add', 'gpu', '--ssh', 'me@gpu', '--json'])).json).toEqual({ target: gpu })
  const slurm = ['--slurm', 'local', '--partition', 'gpu', '--gpus', '1', '--sbatch=--constraint=a100']
  await run(['target', 'add', 'cluster', ...slurm, '--folder', '/scratch/it’s mine'])
  await run([
    'target',
    'add',
    'cloud',
    '--sky',
    '--resource',
    'accelerators=A100:1',
    '--resource',
    'use_spot=true',
  ])
  const { json, err } = await run(['target', 'list', '--json'])
  expect(json).toMatchObject({
    targets: [
      { target: { kind: 'sky', name: 'cloud', resources: { accelerators: 'A100:1', use_spot: true } } },
      {
        target: {
          ...{ kind: 'slurm', name: 'cluster', host: null, folder: '/scratch/it’s mine' },
          slurm: { partition: 'gpu', gpus: 1, extra: ['--constraint=a100'] },
        },
      },
      { target: gpu, seen: null },
    ],
  })
  expect(err).toContain('gpu  me@gpu:~/.flowerbed · not connected to yet')
  expect((await run(['target', 'remove', 'gpu'])).code).toBe(0)
  const again = await run(['target', 'remove', 'gpu'])
  expect(again.code).not.toBe(0)
  expect(again.err).toContain('There is no target “gpu”.')
})

it('deletes the machine of a SkyPilot target when that is confirmed, and says what it costs', async () => {
  const [calls, sky] = [join(folder.path, 'calls'), join(folder.path, 'sky')]
  writeFileSync(sky, `#!/bin/sh\necho "$*" >> '${calls}'\n`, { mode: 0o755 })
  const run = command(folder.path, { FLOWERBED_SKY: sky })
  await run(['target', 'add', 'cloud', '--sky'])
  const asked = await run(['target', 'stop', 'cloud'])
  expect(asked.code).not.toBe(0)
  expect(asked.err).toMatch(/disk stays, and costs money[^]*--yes/)
  const removed = await run(['target', 'remove', 'cloud', '--cluster', '--yes', '--json'])
  expect(removed.json, removed.err).toEqual({ removed: 'cloud', cluster: true })
  expect(readFileSync(calls, 'utf8')).toBe('down --yes flowerbed-cloud\n')
})
