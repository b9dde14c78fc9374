import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ImporterClient } from '../../../src-main/processes/importer.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { plain } from '../../helpers/images.ts'
import { reasonsByName, withImporter } from '../../helpers/importer.ts'
import { zipOf } from '../../helpers/zip.ts'
import type { ZipEntry } from '../../helpers/zip.ts'

let folder: ReturnType<typeof temporaryFolder>
let archive: string
beforeEach(() => {
  folder = temporaryFolder('archives')
  archive = join(folder.path, 'pets.zip')
})
afterEach(() => folder.remove())

const png = (colour: string) => plain(16, 16, colour).png().toBuffer()
const write = (entries: ZipEntry[]) => writeFileSync(archive, zipOf(entries))
const scan = (importer: ImporterClient) => importer.request('scan', { job: 's', paths: [archive] })
const unpacked = () => readdirSync(tmpdir()).filter((name) => name.startsWith('flowerbed-archive-'))

describe('a zip that is dropped', () => {
  it('is imported like a folder of its name, with labels, and leaves nothing unpacked behind', async () => {
    const before = unpacked()
    write([
      { name: 'cats/10.png', bytes: await png('#ff0000') },
      { name: 'cats/2.png', bytes: await png('#00ff00') },
      { name: 'dogs/', bytes: Buffer.alloc(0), mode: 0o040755 },
      { name: 'dogs/1.png', bytes: await png('#0000ff') },
      { name: '__MACOSX/cats/._2.png', bytes: Buffer.from('x') },
      { name: 'notes.txt', bytes: Buffer.from('words') },
    ])
    await withImporter(async (importer) => {
      const report = await scan(importer)
      expect(report).toMatchObject({ suggestedName: 'pets', count: 3, sources: [archive], problems: [] })
      expect(report.labels).toEqual([
        { name: 'cats', count: 2 },
        { name: 'dogs', count: 1 },
      ])
      const datasetsDirectory = join(folder.path, 'datasets')
      const options = { ...report.suggested, height: 8, width: 8 }
      const packed = await importer.request('pack', {
        job: 'p',
        scan: report.scan,
        options,
        datasetsDirectory,
      })
      await importer.request('forget', { scan: report.scan })
      expect(unpacked()).toEqual(before)

      // The same archive again has nothing new, one with another image has.
      const again = await importer.request('rescan', { job: 'r', directory: packed.directory })
      expect(again.difference).toMatchObject({ unchanged: 3, added: { count: 0 }, removed: { count: 0 } })
      write([{ name: 'cats/2.png', bytes: await png('#00ff01') }])
      const changed = await importer.request('rescan', { job: 'r', directory: packed.directory })
      expect(changed.difference).toMatchObject({
        changed: { named: [join(archive, 'cats', '2.png')] },
        removed: { count: 2 },
      })
      for (const { scan: id } of [again, changed]) await importer.request('forget', { scan: id })
      expect(unpacked()).toEqual(before)
    })
  })

  it('names what in it cannot be used', async () => {
    const good = await png('#ff0000')
    write([
      { name: 'good.png', bytes: good },
      { name: 'secret.png', bytes: good, encrypted: true },
      { name: 'large.png', bytes: good, declared: 600 * 1024 * 1024 },
      { name: 'liar.png', bytes: Buffer.alloc(5000, 1), declared: 10 },
      { name: 'link.png', bytes: Buffer.from('/etc/passwd'), mode: 0o120777 },
      { name: 'inner.zip', bytes: zipOf([{ name: 'a.png', bytes: good }]) },
    ])
    await withImporter(async (importer) => {
      const report = await scan(importer)
      expect(report.count).toBe(1)
      expect(reasonsByName(report.problems)).toEqual({
        'secret.png': 'is encrypted',
        'large.png': 'is larger than 512 MB',
        'liar.png': 'is damaged in the archive',
      })
      await importer.request('forget', { scan: report.scan })
    })
  })
})

describe('a zip that is not to be trusted', () => {
  const refused = async (message: RegExp) => {
    const before = unpacked()
    await withImporter(async (importer) => {
      await expect(scan(importer)).rejects.toMatchObject({
        kind: 'bad-input',
        message: expect.stringMatching(message) as string,
      })
    })
    expect(unpacked()).toEqual(before)
  }

  it('is refused where it would become too large, before anything is written', async () => {
    const zeros = Buffer.alloc(40 * 1024 * 1024)
    write(Array.from({ length: 8 }, (_, i) => ({ name: `${i}.png`, bytes: zeros })))
    await refused(/would become more than 200 times as large/)
  })

  it('is refused where a name leads out of it, and writes nothing there', async () => {
    write([{ name: '../../escaped.png', bytes: await png('#ff0000') }])
    await refused(/is not a zip archive that can be opened/)
    expect(existsSync(join(folder.path, '..', 'escaped.png'))).toBe(false)
  })

  it('is refused where it is damaged or no archive at all', async () => {
    writeFileSync(archive, 'words')
    await refused(/is not a zip archive that can be opened/)
    const whole = zipOf([{ name: 'a.png', bytes: await png('#ff0000') }])
    writeFileSync(archive, whole.subarray(0, whole.length - 30))
    await refused(/is not a zip archive that can be opened/)
  })
})
