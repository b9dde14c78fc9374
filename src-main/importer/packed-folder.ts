import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, statfs } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { DatasetIndex } from '#contract/dataset.ts'
import { FlowerbedError } from '#contract/errors.ts'

const writeBytes = 4 * 1024 * 1024
const unfinished = /^\.packing-(\d+)-/

/** A dataset's folder while it is written: under a name of its own until all of it is on disk. */
export class PackedFolder {
  private readonly datasetsDirectory: string
  private readonly directory: string
  private readonly pixels: FileHandle
  private readonly hash = createHash('sha256')
  private waiting: Uint8Array[] = []
  private waitingBytes = 0
  private open = true

  private constructor(datasetsDirectory: string, directory: string, pixels: FileHandle) {
    this.datasetsDirectory = datasetsDirectory
    this.directory = directory
    this.pixels = pixels
  }

  /**
   * @param bytes that the pixels will need at most
   * @throws FlowerbedError `no-space` before anything is written.
   */
  static async create(datasetsDirectory: string, bytes: number): Promise<PackedFolder> {
    await mkdir(datasetsDirectory, { recursive: true })
    await removeAbandoned(datasetsDirectory)
    const { bavail, bsize } = await statfs(datasetsDirectory)
    if (bavail * bsize < bytes) throw noSpace(datasetsDirectory, bytes)
    const directory = join(datasetsDirectory, `.packing-${process.pid}-${randomUUID()}`)
    await mkdir(directory)
    const pixels = await open(join(directory, 'pixels.u8'), 'wx')
    return new PackedFolder(datasetsDirectory, directory, pixels)
  }

  async write(picture: Uint8Array): Promise<void> {
    this.waiting.push(picture)
    this.waitingBytes += picture.length
    if (this.waitingBytes >= writeBytes) await this.flush()
  }

  /** @returns sha256 of all pixels, hex. */
  async endPixels(): Promise<string> {
    await this.flush()
    await this.guard(() => this.pixels.sync())
    await this.close()
    return this.hash.digest('hex')
  }

  /** Writes the index and gives the folder its final name, which it returns. */
  async finish(id: string, index: DatasetIndex): Promise<string> {
    await this.guard(async () => {
      const file = await open(join(this.directory, 'index.json'), 'wx')
      try {
        await file.writeFile(JSON.stringify(index))
        await file.sync()
      } finally {
        await file.close()
      }
    })
    await syncFolder(this.directory)
    const target = join(this.datasetsDirectory, id)
    // Only what was found broken can lie there.
    await rm(target, { recursive: true, force: true })
    await rename(this.directory, target)
    await syncFolder(this.datasetsDirectory)
    return target
  }

  async discard(): Promise<void> {
    await this.close()
    await rm(this.directory, { recursive: true, force: true })
  }

  private async flush(): Promise<void> {
    const bytes = Buffer.concat(this.waiting)
    this.waiting = []
    this.waitingBytes = 0
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
  const need = bytes === undefined ? '' : `: ${Math.ceil(bytes / 2 ** 20)} MB are needed`
  return new FlowerbedError('no-space', `The disk is too full for the packed pictures${need}.`, {
    where,
    hint: 'Make room, choose a smaller picture size, or use another data folder.',
  })
}

/** Makes names durable; Windows has no such call and needs none. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** What a process that is no more has left half-written. */
async function removeAbandoned(datasetsDirectory: string): Promise<void> {
  for (const name of await readdir(datasetsDirectory)) {
    const pid = Number(unfinished.exec(name)?.[1])
    if (Number.isNaN(pid) || isAlive(pid)) continue
    await rm(join(datasetsDirectory, name), { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM'
  }
}
