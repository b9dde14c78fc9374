import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, rm, stat, statfs } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { DatasetIndex } from '#shared/schemas/dataset.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { syncFolder } from '../files/atomic-write.ts'
import { indexName, indexText, pixelsName } from '../datasets/index-file.ts'
import { processTag } from '../files/process-identity.ts'
import { packing, removeAbandonedPacks } from '../datasets/abandoned.ts'

const writeBytes = 4 * 1024 * 1024

/** A dataset's folder while it is written: under a temporary name until all of it is on disk. */
export class PackedFolder {
  private readonly datasetsDirectory: string
  private readonly directory: string
  private readonly pixels: FileHandle
  private readonly hash = createHash('sha256')
  private pending: Uint8Array[] = []
  private pendingBytes = 0
  private open = true

  private constructor(datasetsDirectory: string, directory: string, pixels: FileHandle) {
    this.datasetsDirectory = datasetsDirectory
    this.directory = directory
    this.pixels = pixels
  }

  /**
   * @param bytes that the pixels need at most
   * @throws FlowerbedError `no-space` before anything is written.
   */
  static async create(datasetsDirectory: string, bytes: number): Promise<PackedFolder> {
    await mkdir(datasetsDirectory, { recursive: true })
    await removeAbandonedPacks(datasetsDirectory)
    const { bavail, bsize } = await statfs(datasetsDirectory)
    if (bavail * bsize < bytes) throw noSpace(datasetsDirectory, bytes)
    const directory = join(datasetsDirectory, `${packing}${processTag()}-${randomUUID()}`)
    await mkdir(directory)
    const pixels = await open(join(directory, pixelsName), 'wx')
    return new PackedFolder(datasetsDirectory, directory, pixels)
  }

  async write(image: Uint8Array): Promise<void> {
    this.pending.push(image)
    this.pendingBytes += image.length
    if (this.pendingBytes >= writeBytes) await this.flush()
  }

  /** @returns sha256 of all pixels, hex. */
  async endPixels(): Promise<string> {
    await this.flush()
    await this.guard(() => this.pixels.sync())
    await this.close()
    return this.hash.digest('hex')
  }

  /**
   * Writes the index and gives the folder its final name, which it returns. The files of an existing
   * dataset are replaced one by one, so that the dataset exists at any moment.
   * @param options.keepPixels keep the existing pixels, and drop those written here
   */
  async finish(index: DatasetIndex, { keepPixels }: { keepPixels: boolean }): Promise<string> {
    const text = indexText(index)
    const target = join(this.datasetsDirectory, index.id)
    if (keepPixels && (await readFile(join(target, indexName), 'utf8').catch(() => '')) === text) {
      await this.discard()
      return target
    }
    await this.guard(async () => {
      const file = await open(join(this.directory, indexName), 'wx')
      try {
        await file.writeFile(text)
        await file.sync()
      } finally {
        await file.close()
      }
    })
    await syncFolder(this.directory)
    if (keepPixels) await this.replace(target, [indexName])
    else if (!(await this.tryRename(target))) await this.replace(target, [pixelsName, indexName])
    await syncFolder(this.datasetsDirectory)
    return target
  }

  async discard(): Promise<void> {
    await this.close()
    await rm(this.directory, { recursive: true, force: true })
  }

  /** Renames the folder to its final name; false when a folder of that name exists. */
  private async tryRename(target: string): Promise<boolean> {
    try {
      await rename(this.directory, target)
      return true
    } catch (thrown) {
      if (await isFolder(target)) return false
      throw thrown
    }
  }

  private async replace(target: string, names: string[]): Promise<void> {
    for (const name of names) await rename(join(this.directory, name), join(target, name))
    await syncFolder(target)
    await this.discard()
  }

  private async flush(): Promise<void> {
    const bytes = Buffer.concat(this.pending)
    this.pending = []
    this.pendingBytes = 0
    this.hash.update(bytes)
    await this.guard(async () => {
      for (let at = 0; at < bytes.length;) {
        const { bytesWritten } = await this.pixels.write(bytes, at)
        at += bytesWritten
      }
    })
  }

  private async close(): Promise<void> {
    if (!this.open) return
    this.open = false
    await this.pixels.close()
  }

  private async guard(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (thrown) {
      const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
      throw code === 'ENOSPC' || code === 'EDQUOT' ? noSpace(this.datasetsDirectory) : thrown
    }
  }
}

function noSpace(where: string, bytes?: number): FlowerbedError {
  const text =
    bytes === undefined
      ? errorText('import.diskFull')
      : errorText('import.noRoom', { megabytes: Math.ceil(bytes / 2 ** 20) })
  return new FlowerbedError('no-space', text, { where })
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}
