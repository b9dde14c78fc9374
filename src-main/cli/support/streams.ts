import { writeFileSync } from 'node:fs'
import { Socket } from 'node:net'

/** How long a finished command waits for its reader, in ms: a pager may hold stdout for minutes. */
const flushTimeoutMs = { stdout: 600_000, stderr: 5000 }

type Output = typeof process.stdout | typeof process.stderr

/** The error of each stream that can no longer be written. */
const broken = new Map<Output, NodeJS.ErrnoException>()

/** Keeps the process alive when a reader closes its pipe (`| head -1`, a closed terminal); to be called first. */
export function guardStreams(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (!broken.has(stream)) broken.set(stream, error)
    })
  }
}

/** Writes while there is a reader; without one the text is dropped and the command continues. */
export function write(stream: Output, text: string): void {
  if (broken.has(stream)) return
  // Terminals and pipes are sockets to Node. Writing to a full disk, a file stream drops the rest without an error.
  if (stream instanceof Socket) stream.write(text)
  else writeToFile(stream, text)
}

/** Waits until all output is written: `process.exit` would cut off what the pipe has not taken. */
export async function flushStreams(): Promise<void> {
  await flush(process.stdout, flushTimeoutMs.stdout)
  await flush(process.stderr, flushTimeoutMs.stderr)
}

/** Why stdout could not be written; null without an error. */
export const stdoutError = (): NodeJS.ErrnoException | null =>
  // `errored` is set before the error event.
  broken.get(process.stdout) ?? process.stdout.errored

async function flush(stream: Output, timeoutMs: number): Promise<void> {
  if (broken.has(stream) || stream.writableLength === 0) return
  await new Promise<void>((done) => {
    const timer = setTimeout(done, timeoutMs)
    const settle = () => {
      clearTimeout(timer)
      done()
    }
    stream.once('error', settle)
    // Called after everything that was written before it.
    stream.write('', settle)
  })
}

function writeToFile(stream: Output, text: string): void {
  try {
    writeFileSync(stream.fd, text)
  } catch (thrown) {
    broken.set(stream, thrown as NodeJS.ErrnoException)
  }
}
