import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path/posix'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
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

/**
 * Copies a file there. It is written under a temporary name of its sha256, at the place in it that it belongs to: a command of
 * a lost connection that is still writing changes nothing, since it writes the same bytes to the same place.
 * @throws FlowerbedError `no-space`, `unavailable`, `corrupt`
 */
export async function sendFile(
  host: StreamHost,
  { from, to, ...options }: TransferOptions & { from: string; to: string },
): Promise<void> {
  const { signal, onProgress } = options
  const { size: total } = await stat(from)
  const sha256 = options.sha256 ?? (await fileSha256(from))
  const names = `to=${quoted(to)}; part=${quoted(`${to}.part-${sha256.slice(0, 12)}`)}`
  const run = signal ? { signal } : {}
  const found = await host.run(
    [
      ...[names, `mkdir -p ${quoted(dirname(to))} || exit`],
      `if [ -f "$to" ] && [ "$(wc -c < "$to")" -eq ${total} ] && [ "$(${sha256There('"$to"')})" = ${sha256} ]`,
      'then echo complete',
      'elif [ -f "$part" ]; then wc -c < "$part"',
      'else echo 0; fi',
    ].join('; '),
    run,
  )
  if (found.trim() === 'complete') {
    onProgress?.({ done: total, total })
    return
  }
  const blocks = Math.floor(Math.min(Number(found), total) / blockBytes)
  const ended = await host.perform(
    [
      ...[names, `dd of="$part" bs=${blockBytes} seek=${blocks} conv=notrunc || exit`],
      `[ "$(wc -c < "$part")" -eq ${total} ] || exit ${status.incomplete}`,
      // Power may fail after the rename.
      'sync "$part" 2>/dev/null',
      `[ "$(${sha256There('"$part"')})" = ${sha256} ] || { rm -f "$part"; exit ${status.damaged}; }`,
      'mv -f "$part" "$to"',
    ].join('; '),
    run,
    {
      known: Object.values(status),
      consume: discard,
      feed: (input) =>
        pipeline(
          createReadStream(from, { start: blocks * blockBytes, highWaterMark: blockBytes * 4 }),
          counting(blocks * blockBytes, (done) => onProgress?.({ done, total })),
          input,
          run,
        ).catch((thrown: unknown) => {
          // Of a command that ended before it had all, its status says why.
          if (!isOfCommand(thrown)) throw thrown
        }),
    },
  )
  if (ended === status.incomplete)
    throw new FlowerbedError('unavailable', errorText('remote.cut', { name: host.name }))
  if (ended === status.damaged)
    throw new FlowerbedError('corrupt', errorText('remote.damaged', { name: host.name }), { where: to })
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
