import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { syncFolder } from '../files/atomic-write.ts'
import { writing } from '../files/write-errors.ts'
import { fileSha256 } from './file-sha256.ts'
import { quoted } from './remote-host.ts'
import type { TransferOptions } from './remote-host.ts'
import { sha256There } from './send-file.ts'
import type { StreamHost } from './stream-host.ts'

const status = { absent: 44 }

/**
 * Copies a file from there to a temporary name of its sha256, from where an earlier transfer ended; then it is verified and
 * renamed.
 * @throws FlowerbedError `not-found`, `no-space`, `unavailable`, `corrupt`
 */
export async function fetchFile(
  host: StreamHost,
  { from, to, ...options }: TransferOptions & { from: string; to: string },
): Promise<void> {
  const source = quoted(from)
  const run = options.signal ? { signal: options.signal } : {}
  const absent = () =>
    new FlowerbedError('not-found', errorText('remote.noFile', { name: host.name }), { where: from })
  const sha256 =
    options.sha256 ?? (await host.run(`[ ! -f ${source} ] || ${sha256There(source)}`, run)).trim()
  if (sha256 === '') throw absent()
  const part = `${to}.part-${sha256.slice(0, 12)}`
  await writing(to, async () => {
    await mkdir(dirname(to), { recursive: true })
    if ((await sizeOf(to)) > 0 && (await fileSha256(to)) === sha256) return
    const held = await sizeOf(part)
    const file = await open(part, held > 0 ? 'r+' : 'w')
    const arriving = new ArrivingFile(file, held, options.onProgress)
    try {
      const ended = await host.perform(
        `[ -f ${source} ] || exit ${status.absent}; wc -c < ${source} && exec tail -c +${held + 1} ${source}`,
        run,
        {
          known: [status.absent],
          feed: (input) => input.end(),
          consume: async (output) => {
            for await (const chunk of output) await arriving.add(chunk)
          },
        },
      )
      if (ended === status.absent) throw absent()
      await file.sync()
    } finally {
      await file.close()
      if (arriving.isEmpty) await rm(part, { force: true })
    }
    if (arriving.isShort)
      throw new FlowerbedError('unavailable', errorText('remote.cut', { name: host.name }))
    if ((await fileSha256(part)) !== sha256) {
      await rm(part, { force: true })
      throw new FlowerbedError('corrupt', errorText('remote.damaged', { name: host.name }), { where: from })
    }
    await rename(part, to)
    await syncFolder(dirname(to))
  })
}

/** Writes what arrives: a line with the file's size, then its bytes from the held ones on. */
class ArrivingFile {
  private readonly file: FileHandle
  private readonly onProgress: TransferOptions['onProgress']
  private head = ''
  private total: number | null = null
  private done: number

  constructor(file: FileHandle, held: number, onProgress: TransferOptions['onProgress']) {
    this.file = file
    this.done = held
    this.onProgress = onProgress
  }

  get isEmpty(): boolean {
    return this.done === 0 && this.total !== 0
  }

  get isShort(): boolean {
    return this.total === null || this.done < this.total
  }

  async add(chunk: Buffer): Promise<void> {
    const bytes = this.total === null ? this.withoutHead(chunk) : chunk
    let written = 0
    while (written < bytes.length) {
      const { bytesWritten } = await this.file.write(bytes, written, bytes.length - written, this.done)
      written += bytesWritten
      this.done += bytesWritten
    }
    if (this.total !== null) this.onProgress?.({ done: this.done, total: this.total })
  }

  /** What of the first chunks follows the line with the size. */
  private withoutHead(chunk: Buffer): Buffer {
    const end = chunk.indexOf('\n')
    this.head += chunk.subarray(0, end === -1 ? chunk.length : end).toString('latin1')
    if (end === -1) return Buffer.alloc(0)
    this.total = Number(this.head.trim())
    return chunk.subarray(end + 1)
  }
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  )
