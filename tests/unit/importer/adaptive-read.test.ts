import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { eachPiece, readStart } from '../../../src-main/importer/adaptive-read.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

const folder = temporaryFolder('prompt-disk')
afterAll(() => folder.remove())
const file = (name: string, size: number) => {
  const bytes = Buffer.from(Array.from({ length: size }, (_, i) => i % 251))
  writeFileSync(join(folder.path, name), bytes)
  return { path: join(folder.path, name), bytes }
}
// Many times over: a slow moment of the disk sends the next ones another way, which must make no difference.
const times = 70

describe('reading a file', () => {
  it.each([0, 1, 500, 501, 300_000])('gives the start of %i bytes, and their number', async (size) => {
    const { path, bytes } = file(`start-${size}`, size)
    for (let i = 0; i < times; i++) {
      const start = await readStart(path, { most: 500 })
      expect(start.bytes.equals(bytes.subarray(0, 500))).toBe(true)
      expect(start.size).toBe(size)
    }
  })

  it.each([0, 1, 256 * 1024, 256 * 1024 + 1, 700_000])(
    'shows all of %i bytes, piece by piece',
    async (size) => {
      const { path, bytes } = file(`pieces-${size}`, size)
      const read = async () => {
        const pieces: Buffer[] = []
        await eachPiece(path, (piece) => pieces.push(Buffer.from(piece)))
        return Buffer.concat(pieces)
      }
      // At once, as an import does.
      const all = await Promise.all(Array.from({ length: 8 }, read))
      for (const found of all) expect(found.equals(bytes)).toBe(true)
    },
  )

  it('shows what is there before it is read, and says what the system says', async () => {
    mkdirSync(join(folder.path, 'a folder'))
    const refuse = new Error('refused')
    const check = (stats: { isFile: () => boolean }) => {
      if (!stats.isFile()) throw refuse
    }
    await expect(readStart(join(folder.path, 'a folder'), { most: 10, check })).rejects.toBe(refuse)
    await expect(readStart(join(folder.path, 'nowhere'), { most: 10 })).rejects.toMatchObject({
      code: 'ENOENT',
    })
  })

  it.skipIf(process.platform === 'win32')(
    'does not wait at a FIFO, nor at one that takes the name of a file that was looked at',
    async () => {
      const { path } = file('a file', 10)
      const fifo = join(folder.path, 'a fifo')
      execFileSync('mkfifo', [fifo])
      const refused = { reason: expect.stringContaining('is not a file') }
      await expect(readStart(fifo, { most: 10 })).rejects.toMatchObject(refused)
      await expect(eachPiece(fifo, () => undefined)).rejects.toMatchObject(refused)
      let looks = 0
      const check = () => {
        if (++looks > 1) return
        rmSync(path)
        execFileSync('mkfifo', [path])
      }
      await expect(readStart(path, { most: 10, check })).rejects.toMatchObject(refused)
    },
  )
})
