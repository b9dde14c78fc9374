import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { targetSchema } from '#shared/remote/target.ts'
import { openStore } from '../../../src-main/database/store.ts'
import type { Store } from '../../../src-main/database/store.ts'
import { removeTargetWithCluster, stopTargetCluster } from '../../../src-main/remote/end-cluster.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { aRun } from '../../helpers/remote-run.ts'

let folder: ReturnType<typeof temporaryFolder>
let store: Store
let env: NodeJS.ProcessEnv

beforeEach(() => {
  folder = temporaryFolder('end-cluster')
  store = openStore(folder.path)
  env = { ...process.env, FLOWERBED_SKY: join(folder.path, 'sky') }
  answers('')
  for (const target of [
    { kind: 'sky', name: 'cloud', resources: {} },
    { kind: 'sky', name: 'spot', resources: { use_spot: true } },
    { kind: 'ssh', name: 'gpu', host: 'me@gpu' },
  ])
    store.targets.add(targetSchema.parse(target))
})
afterEach(() => {
  store.close()
  folder.remove()
})

/** Has SkyPilot's command say something and exit with a status. */
function answers(line: string, status = 0): void {
  const script = `#!/bin/sh\necho "$*" >> '${join(folder.path, 'calls')}'\necho "${line}" >&2\nexit ${status}\n`
  writeFileSync(join(folder.path, 'sky'), script, { mode: 0o755 })
}
const calls = () => {
  const file = join(folder.path, 'calls')
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
}
const names = () => store.targets.list().map(({ target }) => target.name)

// A script stands for SkyPilot's command.
describe.skipIf(process.platform === 'win32')('the machine of a SkyPilot target', () => {
  it('is stopped, and deleted with the target', async () => {
    await stopTargetCluster(store, 'cloud', { env })
    expect(names()).toContain('cloud')
    await removeTargetWithCluster(store, 'cloud', { env })
    expect(calls()).toEqual(['stop --yes flowerbed-cloud', 'down --yes flowerbed-cloud'])
    expect(names()).toEqual(['gpu', 'spot'])
  })

  it('keeps its target where it could not be deleted; one that is gone does not', async () => {
    answers('sky.exceptions.ClusterStatusFetchingError: no answer', 1)
    await expect(removeTargetWithCluster(store, 'cloud', { env })).rejects.toMatchObject({
      ...{ kind: 'unavailable', message: expect.stringMatching(/end the machine of “cloud”: no answer$/) },
      hint: expect.stringContaining('sky down flowerbed-cloud'),
    })
    expect(names()).toContain('cloud')
    answers("Cluster 'flowerbed-cloud' not found.", 1)
    await removeTargetWithCluster(store, 'cloud', { env })
    expect(names()).not.toContain('cloud')
  })

  it('is left alone while a run trains there, where it cannot be stopped, and of another kind', async () => {
    await expect(stopTargetCluster(store, 'spot', { env })).rejects.toThrow('cannot be stopped, only deleted')
    await expect(stopTargetCluster(store, 'gpu', { env })).rejects.toThrow('“gpu” is no target of SkyPilot')
    store.runs.add(aRun({ target: 'cloud' }))
    store.launches.begin(store.runs.key('run-1'), { target: 'cloud', launchId: 'l1', options: {} })
    await expect(stopTargetCluster(store, 'cloud', { env })).rejects.toThrow('“Faces” trains on “cloud”')
    await expect(removeTargetWithCluster(store, 'cloud', { env })).rejects.toThrow(
      '“Faces” trains on “cloud”',
    )
    expect([calls(), names()]).toEqual([[], ['cloud', 'gpu', 'spot']])
  })
})
