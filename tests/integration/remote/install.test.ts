import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { nodePath } from '../../../src-main/remote/install-node.ts'
import { installProgram } from '../../../src-main/remote/install.ts'
import type { InstallOptions } from '../../../src-main/remote/install-options.ts'
import { removeOldVersions } from '../../../src-main/remote/old-versions.ts'
import { LocalHost } from '../../../src-main/remote/local-host.ts'
import { quoted } from '../../../src-main/remote/remote-host.ts'
import { SshHost } from '../../../src-main/remote/ssh-host.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { hasSshd, sshServer } from '../../helpers/ssh-server.ts'
import type { SshServer } from '../../helpers/ssh-server.ts'

describe.skipIf(!hasSshd)('an installation on a machine reached by OpenSSH', () => {
  let folder: ReturnType<typeof temporaryFolder>
  let server: SshServer
  let host: SshHost
  beforeAll(async () => {
    folder = temporaryFolder('install')
    server = await sshServer()
    host = new SshHost('target', server.env)
  })
  afterAll(async () => {
    await host.close()
    await server.stop()
    folder.remove()
  })

  it('is cut off, goes on, runs there, and is found again; nothing unfinished is left', async () => {
    const there = join(folder.path, 'it’s there', 'flowerbed')
    const done: string[] = []
    const env = {
      ...{ ...process.env, FLOWERBED_CACHE_DIR: join(folder.path, 'cache') },
      // No registry: Node comes from here.
      npm_config_registry: 'http://127.0.0.1:9',
    }
    const options: InstallOptions = { env, onInstalled: (part, source) => done.push(`${part} ${source}`) }
    server.network.cutAfter([3_000_000, 2_000_000])
    await expect(installProgram(host, there, options)).rejects.toMatchObject({ kind: 'unavailable' })
    expect(existsSync(join(there, 'versions'))).toBe(false)
    for (;;) {
      try {
        await installProgram(host, there, options)
        break
      } catch (thrown) {
        expect(thrown).toMatchObject({ kind: 'unavailable' })
      }
    }
    expect(server.network.cutsLeft()).toBe(0)
    const installed = await installProgram(host, there, options)
    expect(done.slice(-4)).toEqual(['program here', 'node here', 'program there', 'node there'])
    expect(readdirSync(join(there, 'versions'))).toEqual([installed.version])
    expect(readdirSync(join(there, 'downloads'))).toEqual([])
    const program = join(there, 'versions', installed.version)
    // Outside of this folder's node_modules: all that it imports came with it.
    const code = `await import('./src-main/engine/server.ts'); process.stdout.write(process.version)`
    const run = `cd ${quoted(program)} && ${quoted(nodePath(there))} --input-type=module -e ${quoted(code)}`
    expect(await host.run(run)).toMatch(/^v24\./)
  })
})

describe('other versions', () => {
  let folder: ReturnType<typeof temporaryFolder>
  beforeEach(() => {
    folder = temporaryFolder('versions')
    for (const version of ['old', 'new'])
      mkdirSync(join(folder.path, 'versions', version), { recursive: true })
  })
  afterEach(() => folder.remove())
  const versions = () => readdirSync(join(folder.path, 'versions')).toSorted()
  const run = (id: string, ...lines: string[]) => {
    mkdirSync(join(folder.path, 'runs', id), { recursive: true })
    writeFileSync(join(folder.path, 'runs', id, 'request.json'), '{}')
    writeFileSync(join(folder.path, 'runs', id, 'journal.jsonl'), lines.map((line) => `${line}\n`).join(''))
  }
  const remove = () => removeOldVersions(new LocalHost(), { folder: folder.path, keep: 'new' })

  it('go when all runs have ended', async () => {
    run('a', '{"event":{}}', '{"ended":{}}')
    run('b', '{"failed":{}}')
    await remove()
    expect(versions()).toEqual(['new'])
  })

  it.each([
    ['trains', ['{"ended":{}}', '{"event":{}}']],
    ['waits', []],
  ])('stay while a run %s', async (_, lines) => {
    run('a', '{"ended":{}}')
    run('b', ...lines)
    await remove()
    expect(versions()).toEqual(['new', 'old'])
    rmSync(join(folder.path, 'runs', 'b'), { recursive: true })
    await remove()
    expect(versions()).toEqual(['new'])
    expect(existsSync(join(folder.path, 'runs', 'a'))).toBe(true)
  })
})
