import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nodeVersion } from '../../../src-main/remote/install-node.ts'
import { LocalHost } from '../../../src-main/remote/local-host.ts'
import { removeOldVersions } from '../../../src-main/remote/old-versions.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder('old versions')
  for (const [i, name] of ['a1', 'b2', 'c3', 'd4'].entries()) install('versions', name, i)
  for (const [i, name] of ['22.1.0', nodeVersion(), '20.0.0', '23.5.1'].entries()) install('node', name, i)
  mkdirSync(join(folder.path, 'runs'))
})
afterEach(() => folder.remove())

/** @param age in days */
function install(kind: string, name: string, age: number): void {
  const path = join(folder.path, kind, name)
  mkdirSync(join(path, 'bin'), { recursive: true })
  const at = Date.now() / 1000 - 86_400 * (age + 1)
  utimesSync(path, at, at)
}
const installed = (kind: string) => readdirSync(join(folder.path, kind)).sort()
/** @param lastLine of the journal; null for an empty one */
function run(name: string, lastLine: string | null): void {
  mkdirSync(join(folder.path, 'runs', name))
  writeFileSync(join(folder.path, 'runs', name, 'request.json'), '{}')
  writeFileSync(
    join(folder.path, 'runs', name, 'journal.jsonl'),
    lastLine === null ? '' : `{"event":{}}\n${lastLine}\n`,
  )
}
const clean = () => removeOldVersions(new LocalHost(), { folder: folder.path, keep: 'd4' })

describe.skipIf(process.platform === 'win32')('of versions of Flowerbed and Node there', () => {
  it('those in use and the newest other one stay', async () => {
    run('ended', '{"ended":{"outcome":"finished"}}')
    await clean()
    expect([installed('versions'), installed('node')]).toEqual([
      ['a1', 'd4'],
      ['22.1.0', nodeVersion()].sort(),
    ])
    await clean()
    expect(installed('versions')).toEqual(['a1', 'd4'])
  })

  it.each([
    ['trains', '{"event":{"type":"progress"}}'],
    ['waits', null],
  ])('all stay while a run there %s', async (name, lastLine) => {
    run('ended', '{"failed":{}}')
    run(name, lastLine)
    await clean()
    expect([installed('versions').length, installed('node').length]).toEqual([4, 4])
    rmSync(join(folder.path, 'runs', name), { recursive: true })
    await clean()
    expect([installed('versions').length, installed('node').length]).toEqual([2, 2])
    expect(existsSync(join(folder.path, 'runs', 'ended'))).toBe(true)
  })
})
