import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { open } from 'node:fs/promises'

/**
 * Reading that is in the system's memory already is done sooner than asking a thread for it. A disk that took longer is
 * asked through threads, several files at once, for the next so many reads.
 */
const promptMs = 2
const patience = 64
const mostAtOnce = 256 * 1024

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
  path: string,
  { most, check = () => undefined }: { most: number; check?: (stats: Stats) => void },
): Promise<{ bytes: Buffer; size: number }> {
  return await promptly(
    () => {
      const file = openSync(path, 'r')
      try {
        const stats = fstatSync(file)
        check(stats)
        const bytes = Buffer.allocUnsafe(Math.min(stats.size, most))
        return { bytes: bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0)), size: stats.size }
      } finally {
        closeSync(file)
      }
    },
    async () => {
      const file = await open(path, 'r')
      try {
        const stats = await file.stat()
        check(stats)
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
export async function eachPiece(path: string, take: (piece: Buffer) => void): Promise<void> {
  const buffer = spare.pop() ?? Buffer.allocUnsafeSlow(mostAtOnce)
  const file = await open(path, 'r')
  try {
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
