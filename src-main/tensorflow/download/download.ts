import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { desktopText } from '#shared/desktop-text.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { cancelled, hideSecret, httpGet, RedirectRefused } from './http.ts'
import type { HttpRequest, HttpResponse } from './http.ts'

export interface DownloadOptions extends HttpRequest {
  url: string
  /** The file to write. A part from an interrupted try is kept and resumed. */
  file: string
  /** Only these bytes of the remote file. */
  range?: { start: number; length: number }
  /** Called with the bytes in `file`, first with those of an earlier try, and with its final size. */
  onBytes?: (received: number, total: number | null) => void
  /** Maximum number of consecutive tries without progress. */
  tries?: number
}

/** The server sends whole files only. */
export class RangeNotSupported extends Error {
  override readonly name = 'RangeNotSupported'
}

/** The server refuses this file; a retry would not help. */
class Refused extends Error {
  override readonly name = 'Refused'
}

/**
 * Downloads a file or a range of it, and resumes an interrupted try. The caller verifies the content.
 * @throws RangeNotSupported when a range is requested and the server answers without one
 * @throws FlowerbedError unavailable after `tries` failed tries, cancelled by the signal, no-space
 */
export async function download(options: DownloadOptions): Promise<void> {
  const tries = options.tries ?? 5
  await mkdir(dirname(options.file), { recursive: true })
  let failures = 0
  for (;;) {
    const before = await sizeOf(options.file)
    try {
      if (await transfer(options, before)) return
      throw new Error(desktopText('download.endedEarly'))
    } catch (error) {
      if (options.signal?.aborted) throw cancelled(options.signal)
      if (error instanceof RangeNotSupported || isDiskFull(error)) throw diskFullError(error, options.file)
      const progressed = (await sizeOf(options.file)) > before
      failures = progressed ? 1 : failures + 1
      const final = error instanceof Refused || error instanceof RedirectRefused
      if (final || failures >= tries) throw downloadFailed(options.url, error)
      await sleep(Math.min(8000, 250 * 2 ** failures))
    }
  }
}

/** One request; true when `file` is complete afterwards. */
async function transfer(options: DownloadOptions, held: number): Promise<boolean> {
  const { url, range } = options
  if (range && held > range.length) {
    await rm(options.file)
    return transfer(options, 0)
  }
  if (range && held === range.length) {
    options.onBytes?.(held, range.length)
    return true
  }
  const start = (range?.start ?? 0) + held
  const rangeHeader = range ? `bytes=${start}-${range.start + range.length - 1}` : `bytes=${start}-`
  const response = await httpGet(url, {
    ...options,
    headers: { ...options.headers, ...(range || held > 0 ? { range: rangeHeader } : {}) },
  })
  try {
    if (response.status === 416 && held > 0) {
      // Nothing is left to send, or the part is longer than the file: the size tells which.
      const total = /\*\/(\d+)$/.exec(response.headers['content-range'] ?? '')?.[1]
      if (Number(total) === held) return true
      await rm(options.file)
      return false
    }
    if (response.status === 200) {
      if (range) throw new RangeNotSupported()
      return await append(response, options, { at: 0, total: lengthOf(response) })
    }
    if (response.status !== 206) throw refusal(response.status)
    const given = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers['content-range'] ?? '')
    if (Number(given?.[1]) !== start) throw new RangeNotSupported()
    const total = range?.length ?? (given?.[2] === '*' ? null : Number(given?.[2]))
    return await append(response, options, { at: held, total })
  } finally {
    response.body.destroy()
  }
}

async function append(
  response: HttpResponse,
  options: DownloadOptions,
  { at, total }: { at: number; total: number | null },
): Promise<boolean> {
  const file = await open(options.file, at === 0 ? 'w' : 'r+')
  let received = at
  try {
    options.onBytes?.(received, total)
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      const room = total === null ? chunk.length : Math.min(chunk.length, total - received)
      await file.write(chunk, 0, room, received)
      received += room
      options.onBytes?.(received, total)
      if (options.signal?.aborted) throw cancelled(options.signal)
    }
    await file.sync()
  } finally {
    await file.close()
  }
  return total === null || received === total
}

function refusal(status: number): Error {
  const message = desktopText('download.answered', { status })
  const temporary = status >= 500 || status === 429 || status === 408
  return temporary ? new Error(message) : new Refused(message)
}

function lengthOf(response: HttpResponse): number | null {
  const length = Number(response.headers['content-length'])
  return Number.isFinite(length) ? length : null
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size
  } catch {
    return 0
  }
}

const isDiskFull = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')

function diskFullError(error: unknown, file: string): unknown {
  if (!isDiskFull(error)) return error
  return new FlowerbedError('no-space', errorText('tensorflow.diskFull'), { where: file, cause: error })
}

function downloadFailed(url: string, cause: unknown): FlowerbedError {
  const where = hideSecret(url)
  if (cause instanceof FlowerbedError && cause.hint !== undefined) {
    const text = errorText('tensorflow.downloadRefused', { reason: cause.text ?? cause.message })
    return new FlowerbedError('unavailable', text, { where, hint: cause.hint, cause })
  }
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new FlowerbedError('unavailable', errorText('tensorflow.downloadFailed', { reason }), {
    where,
    cause,
  })
}

/** Checks a downloaded file against its digest, and removes it on a mismatch so that the next try starts again. */
export async function verifyFile(
  file: string,
  expected: { algorithm: 'sha256' | 'sha512'; digest: string; encoding?: 'hex' | 'base64' },
): Promise<void> {
  const hash = createHash(expected.algorithm)
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer)
  const found = hash.digest(expected.encoding ?? 'hex')
  if (found === expected.digest) return
  await rm(file, { force: true })
  throw new FlowerbedError('corrupt', errorText('tensorflow.downloadChecksum'), { where: file })
}

/** Downloads a whole file to `file.part`, and renames it to `file` once verified. */
export async function downloadVerified(
  options: Omit<DownloadOptions, 'range'> & { expected: Parameters<typeof verifyFile>[1] },
): Promise<void> {
  const part = `${options.file}.part`
  await download({ ...options, file: part })
  await verifyFile(part, options.expected)
  await rename(part, options.file)
}
