import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { UnreadableImage } from './reasons.ts'

/**
 * Reading that is in the system's memory already is done sooner than asking a thread for it. A disk that took longer is
 * asked through threads, several files at once, for the next so many reads.
 */
const promptMs = 2
const patience = 64
const mostAtOnce = 256 * 1024
/** A FIFO that took the file's name since it was asked what it is must not hold up the open. Windows has no such flag. */
const readFlags = constants.O_RDONLY | (process.platform === 'win32' ? 0 : constants.O_NONBLOCK)

/** Bytes where a name is not valid UTF-8. */
export type FileName = string | Buffer

/** Why a FIFO, a socket or a device is left out. */
export const notAFile = 'is not a file but a pipe, a socket or a device'

/**
 * Only files are opened: opening a FIFO waits for somebody to write to it, and opening a device may set it going.
 * @throws UnreadableImage for anything but a regular file
 */
function mustBeFile(stats: Stats): void {
  if (stats.isFile()) return
  throw new UnreadableImage(stats.isDirectory() ? 'is a folder' : notAFile)
}

/** As `mustBeFile`, for what another library opens by its name. */
export async function checkFile(path: FileName): Promise<void> {
  mustBeFile(await stat(path))
}

let detours = 0

/** Carries out `now` if the disk is known to answer at once, else `later`. */
async function promptly<Result>(now: () => Result, later: () => Promise<Result>): Promise<Result> {
  if (detours > 0) {
    detours--
    return await later()
  }
  const begun = performance.now()
  try {
    return now()
  } finally {
    if (performance.now() - begun > promptMs) detours = patience
  }
}

/**
 * The first bytes of a file, and how large it is; `check` sees what it is before it is read.
 * @param options.most at most 256 KiB
 * @throws the system's error, or what `check` throws
 */
export async function readStart(
  path: FileName,
  { most, check = () => undefined }: { most: number; check?: (stats: Stats) => void },
): Promise<{ bytes: Buffer; size: number }> {
  const look = (stats: Stats) => {
    check(stats)
    mustBeFile(stats)
  }
  return await promptly(
    () => {
      look(statSync(path))
      const file = openSync(path, readFlags)
      try {
        const stats = fstatSync(file)
        look(stats)
        const bytes = Buffer.allocUnsafe(Math.min(stats.size, most))
        return { bytes: bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0)), size: stats.size }
      } finally {
        closeSync(file)
      }
    },
    async () => {
      look(await stat(path))
      const file = await open(path, readFlags)
      try {
        const stats = await file.stat()
        look(stats)
        const bytes = Buffer.allocUnsafe(Math.min(stats.size, most))
        const { bytesRead } = await file.read(bytes, 0, bytes.length, 0)
        return { bytes: bytes.subarray(0, bytesRead), size: stats.size }
      } finally {
        await file.close()
      }
    },
  )
}

/** Shows all of a file piece by piece; a piece is good only until the next one. No piece is kept, so that memory stays flat. */
export async function eachPiece(path: FileName, take: (piece: Buffer) => void): Promise<void> {
  mustBeFile(await stat(path))
  const buffer = spare.pop() ?? Buffer.allocUnsafeSlow(mostAtOnce)
  const file = await open(path, readFlags)
  try {
    mustBeFile(await file.stat())
    for (let at = 0; ;) {
      const from = at
      const bytesRead = await promptly(
        () => readSync(file.fd, buffer, 0, buffer.length, from),
        async () => (await file.read(buffer, 0, buffer.length, from)).bytesRead,
      )
      if (bytesRead === 0) break
      take(buffer.subarray(0, bytesRead))
      at += bytesRead
    }
  } finally {
    spare.push(buffer)
    await file.close()
  }
}

const spare: Buffer[] = []
