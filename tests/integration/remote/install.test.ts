import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { examineTarget } from '../../../src-main/remote/examine-target.ts'
import { protocolVersion } from '#shared/remote/protocol.ts'
import { installProgram } from '../../../src-main/remote/install.ts'
import type { InstallOptions } from '../../../src-main/remote/install-options.ts'
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
    const [runtime] = installedRuntimes()
    mkdirSync(join(there, 'runtime'), { recursive: true })
    symlinkSync(runtime!.directory, join(there, 'runtime', basename(runtime!.directory)))
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
    expect(done.slice(-6)).toEqual([
      ...['program here', 'node here', 'tensorflow there'],
      ...['program there', 'node there', 'tensorflow there'],
    ])
    expect(readdirSync(join(there, 'versions'))).toEqual([installed.version])
    expect(readdirSync(join(there, 'downloads'))).toEqual([])
    // It runs outside of this checkout, so all that it imports has come with it.
    const report = await examineTarget(installed)
    expect(report).toMatchObject({
      protocol: protocolVersion,
      version: flowerbedVersion,
      tensorflow: `${runtime!.version} (${runtime!.variant})`,
    })
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
