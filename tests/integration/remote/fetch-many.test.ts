import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { FlowerbedError } from '#shared/errors.ts'
import { largeBytes } from '../../../src-main/remote/fetch-many.ts'
import { LocalHost } from '../../../src-main/remote/local-host.ts'
import type { RemoteHost } from '../../../src-main/remote/remote-host.ts'
import { SshHost } from '../../../src-main/remote/ssh-host.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { hasSshd, sshServer } from '../../helpers/ssh-server.ts'
import type { SshServer } from '../../helpers/ssh-server.ts'

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder('fetch-many')
})
afterEach(() => folder.remove())

const there = (path: string) => join(folder.path, 'it’s there', path)
const here = (path: string) => join(folder.path, 'here', path)
const sha256Of = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
function makeFile(path: string, bytes: number): Buffer {
  const content = randomBytes(bytes)
  mkdirSync(dirname(there(path)), { recursive: true })
  writeFileSync(there(path), content)
  return content
}
const fetchAll = (host: RemoteHost, paths: (string | { path: string; sha256: string })[]) =>
  host.fetchMany(
    there(''),
    paths.map((given) => {
      const file = typeof given === 'string' ? { path: given } : given
      return { ...file, to: here(file.path) }
    }),
    {},
  )

const names = ['samples/a.png', 'samples/with space & $HOME.png', 'diagnostics/-dash.json', 'b/“quotes”.txt']

function itFetches(hostOf: () => RemoteHost): void {
  it('files of any bytes in one stream', async () => {
    const bytes = names.map((name, i) => makeFile(name, [70_000, 1, 0, largeBytes][i] ?? 0))
    expect(await fetchAll(hostOf(), names)).toEqual(names.map(() => ({ state: 'here' })))
    for (const [i, name] of names.entries()) expect(readFileSync(here(name)).equals(bytes[i]!)).toBe(true)
  })

  it('but not those that are gone, others or large; what is here already stays', async () => {
    const known = makeFile('known', 5)
    mkdirSync(here(''), { recursive: true })
    writeFileSync(here('known'), known)
    const before = statSync(here('known')).ino
    const large = makeFile('large', largeBytes + 1)
    makeFile('other', 9)
    const right = makeFile('right', 9)
    mkdirSync(there('folder'))
    const answers = await fetchAll(hostOf(), [
      ...['gone', 'known', 'large', 'folder'],
      ...[
        { path: 'other', sha256: sha256Of(right) },
        { path: 'right', sha256: sha256Of(right) },
      ],
    ])
    expect(answers).toEqual([
      ...[{ state: 'absent' }, { state: 'here' }, { state: 'large', sha256: sha256Of(large) }],
      ...[{ state: 'absent' }, { state: 'other' }, { state: 'here' }],
    ])
    expect(readdirSync(here('')).sort()).toEqual(['known', 'right'])
    expect(statSync(here('known')).ino).toBe(before)
  })

  it('says of each that it is gone where their folder is', async () => {
    expect(await fetchAll(hostOf(), ['a', 'b'])).toEqual([{ state: 'absent' }, { state: 'absent' }])
    expect(existsSync(here(''))).toBe(false)
  })
}

describe.skipIf(process.platform === 'win32')('from this machine come', () => {
  const host = new LocalHost()
  itFetches(() => host)
})

describe.skipIf(!hasSshd)('over OpenSSH come', () => {
  let server: SshServer
  let host: SshHost
  beforeAll(async () => {
    server = await sshServer()
    host = new SshHost(server.hosts.target, server.env)
  })
  afterAll(async () => {
    await host.close()
    await server.stop()
  })
  itFetches(() => host)

  it('all, also when the connection is cut; what had arrived is not sent again', async () => {
    const paths = Array.from({ length: 40 }, (_, i) => `samples/${i}.png`)
    const bytes = paths.map((path) => makeFile(path, 50_000))
    await host.run('true')
    server.network.cutAfter([900_000])
    await expect(fetchAll(host, paths)).rejects.toMatchObject({ kind: 'unavailable' })
    const arrived = existsSync(here('samples')) ? readdirSync(here('samples')) : []
    expect(arrived.length).toBeGreaterThan(0)
    expect(arrived.length).toBeLessThan(40)
    const times = arrived.map((name) => statSync(here(`samples/${name}`)).ino)
    await untilDone(() => fetchAll(host, paths))
    for (const [i, path] of paths.entries()) expect(readFileSync(here(path)).equals(bytes[i]!)).toBe(true)
    expect(arrived.map((name) => statSync(here(`samples/${name}`)).ino)).toEqual(times)
    expect(readdirSync(here('samples'))).toHaveLength(40)
  })
})

async function untilDone(work: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await work()
      return
    } catch (thrown) {
      if (!(thrown instanceof FlowerbedError) || thrown.kind !== 'unavailable') throw thrown
    }
  }
}
