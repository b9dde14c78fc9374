import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { completeTarget, examineTarget } from '../../../src-main/remote/install-tensorflow.ts'
import { protocolVersion } from '#shared/remote/protocol.ts'
import { installProgram } from '../../../src-main/remote/install.ts'
import type { InstallOptions } from '../../../src-main/remote/install-options.ts'
import { removeOldVersions } from '../../../src-main/remote/old-versions.ts'
import { LocalHost } from '../../../src-main/remote/local-host.ts'
import { SshHost } from '../../../src-main/remote/ssh-host.ts'
import { installedRuntimes } from '../../../src-main/tensorflow/installed.ts'
import { flowerbedVersion } from '../../../src-main/version.ts'
import { command } from '../../helpers/command.ts'
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
    // It runs outside of this checkout, so all that it imports has come with it.
    const report = await examineTarget(installed)
    expect(report).toMatchObject({ protocol: protocolVersion, version: flowerbedVersion, tensorflow: null })
    mkdirSync(join(there, 'runtime'), { recursive: true })
    const [runtime] = installedRuntimes()
    symlinkSync(runtime!.directory, join(there, 'runtime', basename(runtime!.directory)))
    const prepared = await completeTarget(installed, options)
    expect(prepared.report.tensorflow).toContain(runtime!.version)
    expect(done.at(-1)).toBe('tensorflow there')
    const run = command(join(folder.path, 'data'), {
      ...env,
      ...server.env,
      FLOWERBED_CACHE_DIR: env.FLOWERBED_CACHE_DIR,
    })
    await run(['target', 'add', 'near', '--ssh', 'target', '--folder', there])
    const { json, err } = await run(['target', 'doctor', 'near', '--json'])
    expect(json).toMatchObject({
      folder: there,
      version: installed.version,
      report: { version: flowerbedVersion },
    })
    expect(err).toContain(`TensorFlow: ${runtime!.version}`)
    expect((await run(['target', 'list'])).err).toContain(`${report.cores} cores`)
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
