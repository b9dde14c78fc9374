import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../helpers/folder.ts'
import { reasonsByName, withImporter } from '../../helpers/importer.ts'
import { plain, writeFiles } from '../../helpers/pictures.ts'

const folder = temporaryFolder('odd')
afterAll(() => folder.remove())
const shape = { height: 8, width: 8, channels: 3 } as const
const notAFile = 'is not a file but a pipe, a socket or a device'

describe.skipIf(process.platform === 'win32')('what is named as an image and is no file', () => {
  it('is never opened: it is named as a problem, and the importer goes on', async () => {
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
