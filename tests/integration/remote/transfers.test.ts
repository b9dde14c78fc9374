import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { FlowerbedError } from '#shared/errors.ts'
import { LocalHost } from '../../../src-main/remote/local-host.ts'
import type { RemoteHost, TransferProgress } from '../../../src-main/remote/remote-host.ts'
import { SshHost } from '../../../src-main/remote/ssh-host.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { smallDisk } from '../../helpers/small-disk.ts'
import { hasSshd, sshServer } from '../../helpers/ssh-server.ts'
import type { SshServer } from '../../helpers/ssh-server.ts'

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder('transfers')
})
afterEach(() => folder.remove())

const here = (name: string) => join(folder.path, 'here', name)
const there = (name: string) => join(folder.path, 'there', name)
const sha256Of = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

/** A file of so many bytes that cannot be compressed. */
function makeFile(path: string, bytes: number): Buffer {
  const content = randomBytes(bytes)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, content)
  return content
}

/** Repeats a transfer until it is through; the errors of those that were not. */
async function untilDone(transfer: () => Promise<void>): Promise<string[]> {
  const kinds: string[] = []
  for (;;) {
    try {
      await transfer()
      return kinds
    } catch (thrown) {
      if (!(thrown instanceof FlowerbedError)) throw thrown
      kinds.push(thrown.kind)
    }
  }
}

/** What holds for each machine. */
function itTransfers(hostOf: () => RemoteHost): void {
  it.each(['a.bin', "with space & “quotes” 'and' $HOME.bin", '-dash\\back.bin'])(
    '%s, both ways',
    async (name) => {
      const content = makeFile(here(name), 200_001)
      const host = hostOf()
      const progress: TransferProgress[] = []
      await host.send(here(name), there(name), { onProgress: (at) => progress.push(at) })
      expect(readFileSync(there(name)).equals(content)).toBe(true)
      expect(progress.at(-1)).toEqual({ done: 200_001, total: 200_001 })
      await host.fetch(there(name), here(`back/${name}`), { sha256: sha256Of(content) })
      await host.fetch(there(name), here(`again/${name}`), {})
      expect(readFileSync(here(`back/${name}`)).equals(content)).toBe(true)
      expect(readFileSync(here(`again/${name}`)).equals(content)).toBe(true)
      expect([...readdirSync(join(folder.path, 'there')), ...readdirSync(here('back'))]).toEqual([name, name])
    },
  )

  it('an empty file, both ways', async () => {
    makeFile(here('empty'), 0)
    await hostOf().send(here('empty'), there('empty'), {})
    await hostOf().fetch(there('empty'), here('back'), {})
    expect([statSync(there('empty')).size, statSync(here('back')).size]).toEqual([0, 0])
  })

  it('a file that is not what its checksum says is thrown away', async () => {
    makeFile(here('a'), 1000)
    const wrong = sha256Of(Buffer.from('other'))
    await expect(hostOf().send(here('a'), there('a'), { sha256: wrong })).rejects.toMatchObject({
      kind: 'corrupt',
    })
    expect(readdirSync(join(folder.path, 'there'))).toEqual([])
    makeFile(there('b'), 1000)
    await expect(hostOf().fetch(there('b'), here('b'), { sha256: wrong })).rejects.toMatchObject({
      kind: 'corrupt',
    })
    expect(readdirSync(join(folder.path, 'here'))).toEqual(['a'])
  })

  it('a file that is not there is said', async () => {
    const sha256 = sha256Of(Buffer.from('any'))
    for (const options of [{}, { sha256 }])
      await expect(hostOf().fetch(there('none'), here('none'), options)).rejects.toMatchObject({
        kind: 'not-found',
      })
    expect(readdirSync(folder.path)).toEqual(['here'])
    expect(readdirSync(join(folder.path, 'here'))).toEqual([])
  })

  it('a cancelled transfer is resumed by the next one', async () => {
    const content = makeFile(here('a'), 9_000_000)
    const stop = new AbortController()
    const sending = hostOf().send(here('a'), there('a'), {
      signal: stop.signal,
      onProgress: ({ done }) => {
        if (done > 6_000_000) stop.abort()
      },
    })
    await expect(sending).rejects.toMatchObject({ kind: 'cancelled' })
    expect(readdirSync(join(folder.path, 'there'))).not.toContain('a')
    const from: number[] = []
    await hostOf().send(here('a'), there('a'), { onProgress: ({ done }) => from.push(done) })
    expect(readFileSync(there('a')).equals(content)).toBe(true)
    expect(from[0]).toBeGreaterThan(0)
  })

  it('a full disk there is said, and the transfer goes on once there is room', async () => {
    const disk = smallDisk(1024)
    if (!disk) return
    try {
      makeFile(here('a'), 2_000_000)
      const sending = hostOf().send(here('a'), join(disk.path, 'a'), {})
      await expect(sending).rejects.toMatchObject({
        kind: 'no-space',
        message: expect.stringContaining('is full'),
      })
      expect(readdirSync(disk.path)).not.toContain('a')
      makeFile(there('b'), 2_000_000)
      const fetching = hostOf().fetch(there('b'), join(disk.path, 'b'), {})
      await expect(fetching).rejects.toMatchObject({ kind: 'no-space' })
      expect(readdirSync(disk.path)).not.toContain('b')
    } finally {
      disk.remove()
    }
  })
}

describe('files of this machine', () => {
  itTransfers(() => new LocalHost())
})

describe.skipIf(!hasSshd)('files of a machine reached by OpenSSH', () => {
  let server: SshServer
  let host: SshHost
  beforeAll(async () => {
    server = await sshServer()
    host = new SshHost('target', server.env)
  })
  afterAll(async () => {
    await host.close()
    await server.stop()
  })
  itTransfers(() => host)

  it('arrive once and whole in either direction when the network is cut 20 times at random', async () => {
    const { network } = server
    // Less in all than the file has, so that each of them happens.
    const cutTenTimes = () =>
      network.cutAfter(Array.from({ length: 10 }, () => 20_000 + Math.floor(Math.random() * 300_000)))
    const sent = makeFile(here('sent'), 4_000_000)
    const fetched = makeFile(there('fetched'), 4_000_000)
    cutTenTimes()
    const kinds = await untilDone(() => host.send(here('sent'), there('sent'), {}))
    expect(network.cutsLeft()).toBe(0)
    cutTenTimes()
    kinds.push(...(await untilDone(() => host.fetch(there('fetched'), here('fetched'), {}))))
    expect(network.cutsLeft()).toBe(0)
    expect(new Set(kinds)).toEqual(new Set(['unavailable']))
    expect(readFileSync(there('sent')).equals(sent)).toBe(true)
    expect(readFileSync(here('fetched')).equals(fetched)).toBe(true)
    expect(readdirSync(join(folder.path, 'there')).toSorted()).toEqual(['fetched', 'sent'])
    expect(readdirSync(join(folder.path, 'here')).toSorted()).toEqual(['fetched', 'sent'])
  })

  it('are whole when a command of a lost connection still writes what the next one sends', async () => {
    const content = makeFile(here('a'), 1_000_000)
    const part = there(`a.part-${sha256Of(content).slice(0, 12)}`)
    mkdirSync(join(folder.path, 'there'), { recursive: true })
    // The same bytes, slowly, from the beginning.
    const late = host.run(
      `for i in 0 1 2 3 4 5 6 7 8 9; do sleep 0.05; dd if='${here('a')}' of='${part}' bs=65536 skip=$i seek=$i count=1 conv=notrunc 2>/dev/null; done`,
    )
    await host.send(here('a'), there('a'), {})
    await late
    expect(readFileSync(there('a')).equals(content)).toBe(true)
  })
})
