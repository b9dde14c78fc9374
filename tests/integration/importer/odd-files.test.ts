import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, describe, expect, it } from 'vitest'
import type { DatasetIndex } from '#shared/schemas/dataset.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { importInto, reasonsByName, withImporter } from '../../helpers/importer.ts'
import { plain, writeFiles } from '../../helpers/images.ts'

const folder = temporaryFolder('odd')
afterAll(() => folder.remove())
const shape = { height: 8, width: 8, channels: 3 } as const
const notAFile = 'is not a file but a pipe, a socket or a device'

describe.skipIf(process.platform === 'win32')('what is named as an image and is no file', () => {
  it('is never opened: it is reported as a problem, and the importer continues', async () => {
    const images = join(folder.path, 'images')
    writeFiles(images, { 'good.png': await plain(16, 16, '#20a040').png().toBuffer() })
    execFileSync('mkfifo', [join(images, 'pipe.png')])
    symlinkSync('/dev/zero', join(images, 'device.jpg'))
    const server = createServer()
    await new Promise<void>((done) => server.listen(join(images, 'socket.webp'), done))
    mkdirSync(join(images, 'folder.png'))
    const decode = (name: string) =>
      withImporter((importer) =>
        importer.request('decode', { path: join(images, name), shape, fit: 'crop' as const }),
      )
    try {
      await withImporter(async (importer) => {
        const report = await importer.request('scan', { job: 's', paths: [images] })
        expect(report.count).toBe(1)
        expect(reasonsByName(report.problems)).toEqual({
          'pipe.png': notAFile,
          'device.jpg': notAFile,
          'socket.webp': notAFile,
        })
        await expect(
          importer.request('scan', { job: 't', paths: [join(images, 'pipe.png')] }),
        ).rejects.toMatchObject({ kind: 'bad-input', message: expect.stringContaining(notAFile) })
      })
      for (const name of ['pipe.png', 'device.jpg', 'socket.webp'])
        await expect(decode(name)).rejects.toMatchObject({
          kind: 'bad-input',
          message: expect.stringContaining(notAFile),
        })
      await expect(decode('folder.png')).rejects.toMatchObject({
        kind: 'bad-input',
        message: expect.stringContaining('is a folder'),
      })
    } finally {
      server.close()
    }
  })
})

/** A name in Latin-1, as older systems and archives left them: not valid UTF-8. */
const latin1 = (name: string) => Buffer.from(name, 'latin1')
const inFolder = (parent: string, ...names: Buffer[]) =>
  Buffer.concat([Buffer.from(parent), ...names.flatMap((name) => [Buffer.from('/'), name])])

/** File systems of Windows and macOS hold no other names than UTF-8. */
describe.skipIf(process.platform !== 'linux')('names that are not UTF-8', () => {
  const images = join(folder.path, 'old names')
  const datasets = join(folder.path, 'datasets')

  it('are imported, of files and folders, small and large', async () => {
    mkdirSync(images)
    const noise = Uint8Array.from({ length: 300 * 300 * 3 }, (_, i) => (i * i * 31 + i * 7) % 251)
    const large = await sharp(noise, { raw: { width: 300, height: 300, channels: 3 } })
      .png({ compressionLevel: 0 })
      .toBuffer()
    // Not read at once: the decoder would open it by its name.
    expect(large.length).toBeGreaterThan(128 * 1024)
    const small = await plain(16, 16, '#2040c0').png().toBuffer()
    mkdirSync(inFolder(images, latin1('\xfc')))
    mkdirSync(inFolder(images, latin1('\xe9')))
    writeFileSync(inFolder(images, latin1('\xfc'), latin1('gr\xfcn.png')), small)
    writeFileSync(inFolder(images, latin1('\xfc'), latin1('gr\xe9n.png')), large)
    writeFileSync(inFolder(images, latin1('\xe9'), latin1('plain.png')), large)
    writeFileSync(inFolder(images, latin1('\xe9'), latin1('l\xe9er.png')), '')
    writeFileSync(inFolder(images, latin1('\xe9'), latin1('caf\xe9.txt')), 'no image, and none claimed')

    const made = await importInto(datasets, { folder: images })
    expect(made.count).toBe(3)
    expect(reasonsByName(made.problems)).toEqual({ 'l\ufffder.png': 'is empty' })
    const index = JSON.parse(readFileSync(join(made.directory, 'index.json'), 'utf8')) as DatasetIndex
    expect(index.paths.map((path) => path.slice(images.length))).toEqual([
      '/\ufffd/plain.png',
      '/\ufffd/gr\ufffdn.png',
      '/\ufffd/gr\ufffdn.png',
    ])
    const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
    expect(index.sha256).toEqual([sha256(large), sha256(large), sha256(small)])
  })

  it('with invalid bytes that were replaced are reported as such', async () => {
    writeFileSync(inFolder(images, latin1('\xdf.png')), await plain(16, 16, '#fff').png().toBuffer())
    const path = join(images, '\ufffd.png')
    const told = { message: expect.stringContaining('has a name that is not valid UTF-8; rename it') }
    await withImporter(async (importer) => {
      await expect(importer.request('decode', { path, shape, fit: 'crop' })).rejects.toMatchObject(told)
      await expect(importer.request('scan', { job: 's', paths: [path] })).rejects.toMatchObject(told)
    })
  })
})
