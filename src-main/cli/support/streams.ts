import { writeFileSync } from 'node:fs'
import { Socket } from 'node:net'

/** How long a finished command waits for its reader, in ms: a pager may hold stdout for minutes. */
const patience = { stdout: 600_000, stderr: 5000 }

type Output = typeof process.stdout | typeof process.stderr

/** Why a stream can no longer be written. */
const broken = new Map<Output, NodeJS.ErrnoException>()

/** Keeps a reader that is gone (`| head -1`, a closed terminal) from ending the process; to be called first of all. */
export function guardStreams(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (!broken.has(stream)) broken.set(stream, error)
    })
  }
}

/** Writes for as long as somebody reads; after that the text is dropped and the work goes on. */
export function write(stream: Output, text: string): void {
  if (broken.has(stream)) return
  // Terminals and pipes are sockets to Node. To a file its stream writes what fits and says nothing of the rest.
  if (stream instanceof Socket) stream.write(text)
  else writeToFile(stream, text)
}

/** Waits until what was written has left the process: `process.exit` would cut it off at what a pipe holds. */
export async function flushStreams(): Promise<void> {
  await flush(process.stdout, patience.stdout)
  await flush(process.stderr, patience.stderr)
}

/** Why stdout, where the answer goes, could not be written; null when all is well. */
export const stdoutError = (): NodeJS.ErrnoException | null =>
  // A stream knows of its error before it tells.
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
