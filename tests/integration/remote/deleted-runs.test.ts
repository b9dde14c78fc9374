import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { openStore } from '../../../src-main/database/store.ts'
import type { Store } from '../../../src-main/database/store.ts'
import { ConnectedTargets } from '../../../src-main/remote/connected-targets.ts'
import { removeTarget } from '../../../src-main/remote/remove-target.ts'
import { RunService } from '../../../src-main/runs/run-service.ts'
import { command } from '../../helpers/command.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { aRun } from '../../helpers/remote-run.ts'
import { targetFolder } from '../../helpers/ssh-target.ts'
import type { TargetFolder } from '../../helpers/ssh-target.ts'

let there: TargetFolder
let folder: ReturnType<typeof temporaryFolder>
let store: Store
let targets: ConnectedTargets
const { signal } = new AbortController()

beforeAll(async () => {
  there = await targetFolder()
})
afterAll(() => there.remove())
beforeEach(() => {
  folder = temporaryFolder('deleted-runs')
  store = openStore(folder.path)
  targets = new ConnectedTargets({ store })
  // This machine by its shell, and one that nobody reaches.
  const slurm = { gpus: 0, extra: [] }
  store.targets.add({ kind: 'slurm', name: 'mars', host: null, folder: there.path, slurm })
  store.targets.add({ kind: 'ssh', name: 'pluto', host: 'pluto.invalid', folder: '~/.flowerbed' })
})
afterEach(async () => {
  await targets.close()
  store.close()
  folder.remove()
})

/** A run that was trained on a target, with its folder there. */
function trainedOn(target: string, id: string): void {
  store.runs.add(aRun({ id, name: id, status: 'finished', target }))
  store.launches.begin(store.runs.key(id), { target, launchId: 'l1', options: {} })
  store.launches.close(store.runs.key(id))
  mkdirSync(join(there.run(id), 'samples'), { recursive: true })
  writeFileSync(join(there.run(id), 'samples', 'a.png'), 'image')
}
const left = () => store.folders.left().map(({ runId, target }) => [runId, target])

it('deletes on the target what was deleted here, and nothing else', async () => {
  trainedOn('mars', 'gone')
  trainedOn('mars', 'kept')
  const told: string[] = []
  await new RunService(store, { deleted: (id) => told.push(id) }).delete('gone')
  expect([told, left()]).toEqual([['gone'], [['gone', 'mars']]])
  await targets.clearDeleted('mars', { signal })
  expect([existsSync(there.run('gone')), existsSync(there.run('kept')), left()]).toEqual([false, true, []])
})

it('keeps what is to be deleted until the target is reached', async () => {
  trainedOn('pluto', 'far')
  await new RunService(store).delete('far')
  await expect(targets.clearDeleted('pluto', { signal })).rejects.toMatchObject({ kind: 'unavailable' })
  expect(left()).toEqual([['far', 'pluto']])
  // After a restart, with the first connection for whatever reason.
  await targets.close()
  store.close()
  store = openStore(folder.path)
  store.database.exec("UPDATE run_folders SET target = 'mars'")
  targets = new ConnectedTargets({ store })
  await targets.prepare('mars', { onProgress: () => undefined, signal })
  expect([existsSync(there.run('far')), left()]).toEqual([false, []])
})

it('knows every target on which a run was trained, and leaves those alone that were removed', async () => {
  trainedOn('pluto', 'moved')
  store.launches.begin(store.runs.key('moved'), { target: 'mars', launchId: 'l2', options: {} })
  store.launches.close(store.runs.key('moved'))
  await new RunService(store).delete('moved')
  expect(left()).toEqual([
    ['moved', 'mars'],
    ['moved', 'pluto'],
  ])
  removeTarget(store, 'pluto')
  expect(left()).toEqual([['moved', 'mars']])
})

it('deletes by the command, which says what is left', async () => {
  trainedOn('mars', 'here')
  trainedOn('pluto', 'far')
  const run = command(folder.path)
  const here = await run(['runs', 'delete', 'here', '--json'])
  expect(here.json, here.err).toMatchObject({ deleted: 'here', left: [] })
  expect(here.err).toContain('Its folder on mars is deleted, too.')
  const far = await run(['runs', 'delete', 'far', '--json'])
  expect(far.json, far.err).toMatchObject({ deleted: 'far', left: ['pluto'] })
  expect(far.err).toMatch(/on pluto could not be deleted now \(.*pluto\.invalid.*\); .* next connection/)
  expect([existsSync(there.run('here')), left(), store.runs.list()]).toEqual([false, [['far', 'pluto']], []])
})
