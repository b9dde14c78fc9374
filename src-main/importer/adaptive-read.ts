import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { desktopText } from '#shared/desktop-text.ts'
import { UnreadableImage } from './reasons.ts'

/**
 * A synchronous read from the page cache is faster than one in the thread pool. After a read slower than `slowMs` the
 * next `asyncReads` reads use the thread pool, several files at once.
 */
const slowMs = 2
const asyncReads = 64
const maxPieceBytes = 256 * 1024
/** Without blocking, in case a FIFO has taken the file's name since `stat`. Windows has no such flag. */
const readFlags = constants.O_RDONLY | (process.platform === 'win32' ? 0 : constants.O_NONBLOCK)

/** Bytes where a name is not valid UTF-8. */
export type FileName = string | Buffer

/** The reason for leaving out a FIFO, a socket or a device. */
export const notAFile = desktopText('file.notFile')

/**
 * Only files are opened: opening a FIFO waits for a writer, and opening a device may start it.
 * @throws UnreadableImage for anything but a regular file
 */
function mustBeFile(stats: Stats): void {
  if (stats.isFile()) return
  throw new UnreadableImage(stats.isDirectory() ? desktopText('file.folder') : notAFile)
}

/** As `mustBeFile`, for a path that another library opens. */
export async function checkFile(path: FileName): Promise<void> {
  mustBeFile(await stat(path))
}

let asyncReadsLeft = 0

/** Reads synchronously while the disk is fast, else asynchronously. */
async function readAdaptively<Result>(
  readSync: () => Result,
  readAsync: () => Promise<Result>,
): Promise<Result> {
  if (asyncReadsLeft > 0) {
    asyncReadsLeft--
    return await readAsync()
  }
  const begun = performance.now()
  try {
    return readSync()
  } finally {
    if (performance.now() - begun > slowMs) asyncReadsLeft = asyncReads
  }
}

/**
 * The first bytes of a file, and its size; `check` gets its stats before it is read.
 * @param options.most at most 256 KiB
 * @throws the system's error, or what `check` throws
 */
export async function readStart(
  path: FileName,
  { most, check = () => undefined }: { most: number; check?: (stats: Stats) => void },
): Promise<{ bytes: Buffer; size: number }> {
  const checkStats = (stats: Stats) => {
    check(stats)
    mustBeFile(stats)
  }
  return await readAdaptively(
    () => {
      checkStats(statSync(path))
      const file = openSync(path, readFlags)
      try {
        const stats = fstatSync(file)
        checkStats(stats)
        const bytes = Buffer.allocUnsafe(Math.min(stats.size, most))
        return { bytes: bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0)), size: stats.size }
      } finally {
        closeSync(file)
      }
    },
    async () => {
      checkStats(await stat(path))
      const file = await open(path, readFlags)
      try {
        const stats = await file.stat()
        checkStats(stats)
        const bytes = Buffer.allocUnsafe(Math.min(stats.size, most))
        const { bytesRead } = await file.read(bytes, 0, bytes.length, 0)
        return { bytes: bytes.subarray(0, bytesRead), size: stats.size }
      } finally {
        await file.close()
      }
    },
  )
}

/** Calls `take` with each piece of a file; a piece is valid only until the next one, so that memory stays constant. */
export async function eachPiece(path: FileName, take: (piece: Buffer) => void): Promise<void> {
  mustBeFile(await stat(path))
  const buffer = freeBuffers.pop() ?? Buffer.allocUnsafeSlow(maxPieceBytes)
  const file = await open(path, readFlags)
  try {
    mustBeFile(await file.stat())
    for (let at = 0; ;) {
      const from = at
      const bytesRead = await readAdaptively(
        () => readSync(file.fd, buffer, 0, buffer.length, from),
        async () => (await file.read(buffer, 0, buffer.length, from)).bytesRead,
      )
      if (bytesRead === 0) break
      take(buffer.subarray(0, bytesRead))
      at += bytesRead
    }
  } finally {
    freeBuffers.push(buffer)
    await file.close()
  }
}

/** Buffers of earlier calls, used again. */
const freeBuffers: Buffer[] = []
