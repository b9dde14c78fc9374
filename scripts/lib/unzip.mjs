import { createWriteStream } from 'node:fs'
import { mkdir, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import yauzl from 'yauzl'

/**
 * Unpacks a zip archive with its modes and symbolic links. `rename` gives each entry's path in `folder`, or null
 * to leave it out. yauzl refuses names that lead out of the folder.
 */
export async function unzip(archive, folder, rename = (name) => name) {
  const zip = await yauzl.openPromise(archive)
  try {
    for await (const entry of zip.eachEntry()) {
      const name = rename(entry.fileName)
      if (name === null || name === '') continue
      const target = join(folder, name)
      if (entry.fileName.endsWith('/')) {
        await mkdir(target, { recursive: true })
        continue
      }
      await mkdir(dirname(target), { recursive: true })
      const mode = entry.externalFileAttributes >>> 16
      const stream = await zip.openReadStreamPromise(entry)
      if ((mode & 0o170000) === 0o120000) await symlink(await text(stream), target)
      else await pipeline(stream, createWriteStream(target, { mode: mode & 0o777 || 0o644 }))
    }
  } finally {
    zip.close()
  }
}
