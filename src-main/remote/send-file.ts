import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path/posix'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { damagedPieces } from './damaged-pieces.ts'
import type { Piece } from './damaged-pieces.ts'
import { fileSha256 } from './file-sha256.ts'
import { quoted } from './remote-host.ts'
import type { TransferOptions } from './remote-host.ts'
import { discard } from './stream-host.ts'
import type { StreamHost } from './stream-host.ts'

/** Parts are resumed at multiples of it. */
const blockBytes = 65_536
const status = { incomplete: 41, damaged: 42 }

/** A command of the shell there that prints the hex sha256 of a file. */
export const sha256There = (path: string): string =>
  `{ if command -v sha256sum >/dev/null; then sha256sum < ${path}; else shasum -a 256 < ${path}; fi; } | cut -c 1-64`

/** A file that is on its way. */
interface Sending extends Omit<TransferOptions, 'sha256'> {
  host: StreamHost
  from: string
  total: number
  sha256: string
  /** Defines `$to` and `$part` in the shell there. */
  names: string
}

/**
 * Copies a file there. It is written under a temporary name of its sha256, at the place in it that it belongs to: a command of
 * a lost connection that is still writing changes nothing, since it writes the same bytes to the same place. Of a file that is
 * damaged there only the damaged pieces are sent again.
 * @param options.piece size of pieces, a multiple of 65,536
 * @throws FlowerbedError `no-space`, `unavailable`, `corrupt`
 */
export async function sendFile(
  host: StreamHost,
  { from, to, piece, ...options }: TransferOptions & { from: string; to: string; piece?: number },
): Promise<void> {
  const { size: total } = await stat(from)
  const sha256 = options.sha256 ?? (await fileSha256(from))
  const names = `to=${quoted(to)}; part=${quoted(`${to}.part-${sha256.slice(0, 12)}`)}`
  const sending: Sending = { ...options, host, from, total, sha256, names }
  const held = await bytesThere(sending, dirname(to))
  if (held === null) {
    options.onProgress?.({ done: total, total })
    return
  }
  await write(sending, { start: Math.floor(Math.min(held, total) / blockBytes) * blockBytes, end: total })
  if (await finish(sending)) return
  const damaged = await damagedPieces(host, { ...sending, ...(piece ? { piece } : {}) })
  for (const one of damaged) await write(sending, one)
  if (damaged.length > 0 && (await finish(sending))) return
  await host.run(`${names}; rm -f "$part"`)
  throw new FlowerbedError('corrupt', errorText('remote.damaged', { name: host.name }), { where: to })
}

const run = ({ signal }: Sending) => (signal ? { signal } : {})

/** The bytes that an earlier transfer has brought; null where the file is there. Makes its folder. */
async function bytesThere(sending: Sending, folder: string): Promise<number | null> {
  const { host, names, total, sha256 } = sending
  const found = await host.run(
    [
      ...[names, `mkdir -p ${quoted(folder)} || exit`],
      `if [ -f "$to" ] && [ "$(wc -c < "$to")" -eq ${total} ] && [ "$(${sha256There('"$to"')})" = ${sha256} ]`,
      'then echo complete',
      'elif [ -f "$part" ]; then wc -c < "$part"',
      'else echo 0; fi',
    ].join('; '),
    run(sending),
  )
  return found.trim() === 'complete' ? null : Number(found)
}

/** Writes a piece of the file to its place. @throws FlowerbedError `unavailable` where not all of it arrived */
async function write(sending: Sending, { start, end }: Piece): Promise<void> {
  const { host, from, names, total, onProgress } = sending
  const ended = await host.perform(
    [
      `${names}; dd of="$part" bs=${blockBytes} seek=${start / blockBytes} conv=notrunc || exit`,
      `[ "$(wc -c < "$part")" -ge ${end} ] || exit ${status.incomplete}`,
    ].join('; '),
    run(sending),
    {
      known: [status.incomplete],
      consume: discard,
      feed: (input) =>
        pipeline(
          createReadStream(from, { start, end: Math.max(start, end - 1), highWaterMark: blockBytes * 4 }),
          counting(start, (done) => onProgress?.({ done, total })),
          input,
          run(sending),
        ).catch((thrown: unknown) => {
          // Of a command that ended before it had all, its status says why.
          if (!isOfCommand(thrown)) throw thrown
        }),
    },
  )
  if (ended === status.incomplete)
    throw new FlowerbedError('unavailable', errorText('remote.cut', { name: host.name }))
}

/** Gives the file its name if it is what was sent. */
async function finish(sending: Sending): Promise<boolean> {
  const { host, names, sha256 } = sending
  const ended = await host.perform(
    [
      // Power may fail after the rename.
      `${names}; sync "$part" 2>/dev/null`,
      `[ "$(${sha256There('"$part"')})" = ${sha256} ] || exit ${status.damaged}`,
      'mv -f "$part" "$to"',
    ].join('; '),
    run(sending),
    { known: [status.damaged], consume: discard, feed: (input) => input.end() },
  )
  return ended === 0
}

/** Passes bytes on and reports how many there were. */
function counting(from: number, report: (done: number) => void): Transform {
  let done = from
  report(done)
  return new Transform({
    transform(chunk: Buffer, _, next) {
      done += chunk.length
      report(done)
      next(null, chunk)
    },
  })
}

/** Whether writing to the command failed, or was ended, rather than reading the file. */
const isOfCommand = (thrown: unknown): boolean =>
  !(thrown instanceof Error && 'syscall' in thrown) || thrown.syscall === 'write'
