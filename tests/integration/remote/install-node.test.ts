import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { installNode, nodePath, nodeVersion } from '../../../src-main/remote/install-node.ts'
import { LocalHost } from '../../../src-main/remote/local-host.ts'
import { platformName } from '../../../src-main/tensorflow/layout.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { serve } from '../../helpers/server.ts'
import type { TestServer } from '../../helpers/server.ts'

/** A program that answers as Node does when it is asked for its version, packed as the registry has it. */
function packedProgram(folder: string, line: string): Buffer {
  mkdirSync(join(folder, 'package', 'bin'), { recursive: true })
  writeFileSync(join(folder, 'package', 'bin', 'node'), `#!/bin/sh\n${line}\n`, { mode: 0o755 })
  execFileSync('tar', ['-czf', 'node.tgz', 'package'], { cwd: folder })
  return readFileSync(join(folder, 'node.tgz'))
}

describe.skipIf(process.platform !== 'linux')('Node from a registry', () => {
  let folder: ReturnType<typeof temporaryFolder>
  let server: TestServer | null = null
  beforeEach(() => {
    folder = temporaryFolder('install-node')
  })
  afterEach(() => {
    server?.stop()
    folder.remove()
  })

  /** Installs from a registry whose tarball has these bytes; `integrity` is what the registry says of them. */
  async function install(tarball: Buffer, options: { platform?: string; integrityOf?: Buffer } = {}) {
    const { platform = platformName, integrityOf = tarball } = options
    const asked: string[] = []
    const integrity = `sha512-${createHash('sha512').update(integrityOf).digest('base64')}`
    server = await serve(({ url = '' }, response) => {
      asked.push(url)
      if (url.endsWith('.tgz')) response.end(tarball)
      else response.end(JSON.stringify({ dist: { tarball: `${server!.origin}/node-24.tgz`, integrity } }))
    })
    const env = {
      ...process.env,
      ...{ npm_config_registry: server.origin, NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' },
      FLOWERBED_CACHE_DIR: join(folder.path, 'cache'),
    }
    const there = { host: new LocalHost(env), folder: join(folder.path, 'there'), platform }
    return { source: await installNode(there, { env }), asked, node: nodePath(there.folder) }
  }

  it('is downloaded by the target, verified, and found again', async () => {
    const tarball = packedProgram(folder.path, `echo v${nodeVersion()}`)
    const { source, asked, node } = await install(tarball)
    expect(source).toBe('network')
    expect(asked).toEqual([`/node-${platformName}/${nodeVersion()}`, '/node-24.tgz'])
    expect(execFileSync(node, { encoding: 'utf8' })).toBe(`v${nodeVersion()}\n`)
    expect(readdirSync(join(folder.path, 'there', 'downloads'))).toEqual([])
    server!.stop()
    expect((await install(tarball)).source).toBe('there')
  })

  it('that is not what the registry says is not used', async () => {
    const tarball = packedProgram(folder.path, 'echo wrong')
    // Of another platform than this one, so that this machine's own Node is no way out.
    const platform = platformName === 'linux-x64' ? 'linux-arm64' : 'linux-x64'
    const installing = install(tarball, { platform, integrityOf: Buffer.from('other') })
    await expect(installing).rejects.toMatchObject({ kind: 'corrupt' })
    expect(readdirSync(join(folder.path, 'there'))).toEqual(['downloads'])
    expect(readdirSync(join(folder.path, 'there', 'downloads'))).toEqual([])
  })

  it('that does not run there is said and taken away', async () => {
    const tarball = packedProgram(folder.path, 'echo "GLIBC_2.28 not found" >&2; exit 1')
    await expect(install(tarball)).rejects.toMatchObject({
      ...{ kind: 'unavailable', message: expect.stringContaining('GLIBC_2.28 not found') as unknown },
    })
    expect(readdirSync(join(folder.path, 'there', 'node'))).toEqual([])
  })
})
