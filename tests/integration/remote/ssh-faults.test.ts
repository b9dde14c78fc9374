import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { truncateSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { protocolVersion } from '#shared/remote/protocol.ts'
import { AgentClient } from '../../../src-main/remote/agent-client.ts'
import { ConnectedTargets } from '../../../src-main/remote/connected-targets.ts'
import { quoted } from '../../../src-main/remote/remote-host.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { remoteDesk } from '../../helpers/remote-desk.ts'
import type { RemoteDesk } from '../../helpers/remote-desk.ts'
import { smallDisk } from '../../helpers/small-disk.ts'
import { hasSshd, sshServer } from '../../helpers/ssh-server.ts'
import type { SshServer } from '../../helpers/ssh-server.ts'
import { targetFolder } from '../../helpers/ssh-target.ts'
import type { TargetFolder } from '../../helpers/ssh-target.ts'

const checkout = resolve(import.meta.dirname, '../../..')
/** Steps that are never reached, and images that a small disk has no room for when it is nearly full. */
const [endless, images] = [300_000, 20_000]
/** Room for a checkpoint as the engine counts it. */
const disk = smallDisk(48_000)

describe.skipIf(!hasSshd)('a target reached by OpenSSH', () => {
  let server: SshServer
  let there: TargetFolder
  let here: ReturnType<typeof temporaryFolder>
  let desk: RemoteDesk

  beforeAll(async () => {
    server = await sshServer()
    vi.stubEnv('FLOWERBED_SSH_CONFIG', server.env['FLOWERBED_SSH_CONFIG'])
  })
  beforeEach(() => {
    here = temporaryFolder('here')
  })
  afterEach(async () => {
    await desk.close()
    there.remove()
    here.remove()
  })
  afterAll(async () => {
    vi.unstubAllEnvs()
    await server.stop()
    disk?.remove()
  })

  const addTarget = () => desk.addTarget({ kind: 'ssh', name: 'mars', host: 'target', folder: there.path })
  const train = async (id: string) => {
    await desk.runs.start(desk.store.runs.get(id))
    return await desk.runs.settled(id)
  }

  it.skipIf(!disk)(
    'a disk that is full there ends sending the images, then training; each time it goes on when there is room',
    async () => {
      const path = disk?.path ?? ''
      const filling = join(path, 'filling')
      there = await targetFolder({ path })
      desk = remoteDesk(here.path, { images })
      addTarget()
      const { id } = desk.create(endless, 'mars', { checkpointEvery: 100, sampleEvery: 0 })
      disk?.fill()
      // Room for a part of the images.
      truncateSync(filling, statSync(filling).size - 300_000)
      expect(await train(id)).toMatchObject({ status: 'failed', error: { kind: 'no-space' } })
      expect(desk.notices).toMatchObject([{ level: 'error', runId: id }])
      expect(existsSync(join(there.run(id), 'request.json'))).toBe(false)

      rmSync(filling)
      await desk.runs.start(desk.store.runs.get(id))
      await vi.waitFor(() => expect(desk.store.runs.get(id).step).toBeGreaterThan(0), 120_000)
      disk?.fill()
      expect(await desk.runs.settled(id)).toMatchObject({ status: 'failed', error: { kind: 'no-space' } })
      const known = lossesOf(id)
      expect(known.length).toBeGreaterThan(0)

      rmSync(filling)
      desk.events.length = 0
      await desk.runs.start(desk.store.runs.get(id))
      const isMetrics = ({ type }: { type: string }) => type === 'metrics'
      await vi.waitFor(() => expect(desk.events.some(isMetrics)).toBe(true), 120_000)
      await desk.runs.pause(id)
      expect(await desk.runs.settled(id)).toMatchObject({ status: 'paused', error: null })
      const both = Math.min(known.length, lossesOf(id).length)
      expect(lossesOf(id).slice(0, both)).toEqual(known.slice(0, both))
    },
  )

  const lossesOf = (id: string) => desk.results(id).losses

  it('an agent of an older version is refused in one sentence, and nothing is launched', async () => {
    there = await targetFolder()
    const agent = olderAgent(there.path)
    class WithOldAgent extends ConnectedTargets {
      override async prepare(...given: Parameters<ConnectedTargets['prepare']>) {
        const ready = await super.prepare(...given)
        return { ...ready, agent: new AgentClient(ready.host, agent) }
      }
    }
    desk = remoteDesk(here.path, { access: (store) => new WithOldAgent({ store }) })
    addTarget()
    const { id } = desk.create(3, 'mars')
    expect(await train(id)).toMatchObject({
      ...{
        status: 'failed',
        error: { kind: 'conflict', message: expect.stringContaining('protocol') as string },
      },
    })
    expect(desk.notices).toMatchObject([{ level: 'error', runId: id }])
    expect(existsSync(join(there.run(id), 'request.json'))).toBe(false)
  })
})

/** Installs this checkout beside the present version with the protocol before; answers how its agent is started. */
function olderAgent(path: string): string {
  const home = join(path, 'older')
  mkdirSync(home)
  for (const name of ['src-main', 'src-shared', 'package.json'])
    cpSync(join(checkout, name), join(home, name), { recursive: true })
  symlinkSync(join(checkout, 'node_modules'), join(home, 'node_modules'))
  const file = join(home, 'src-shared', 'remote', 'protocol.ts')
  const text = readFileSync(file, 'utf8')
  const [now, before] = [protocolVersion, protocolVersion - 1].map((one) => `protocolVersion = ${one}`)
  expect(text).toContain(now)
  writeFileSync(file, text.replace(now ?? '', before ?? ''))
  return [process.execPath, join(home, 'src-main', 'agent', 'main.ts'), '--folder', path]
    .map(quoted)
    .join(' ')
}
