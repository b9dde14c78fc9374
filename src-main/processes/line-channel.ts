import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import type { Channel } from './rpc.ts'

/** A channel of JSON, one message a line, over two streams: to a process on another machine. Other lines are left out. */
export function lineChannel({ input, output }: { input: Readable; output: Writable }): Channel {
  const lines = createInterface({ input, crlfDelay: Infinity })
  // Whoever does not read any more has ended, which closes the other stream.
  output.on('error', () => undefined)
  return {
    post: (message) => {
      if (output.writable) output.write(`${JSON.stringify(message)}\n`)
    },
    onMessage: (listener) =>
      lines.on('line', (line) => {
        const message = messageIn(line)
        if (message !== null) listener(message)
      }),
    onClose: (listener) => lines.once('close', listener),
  }
}

/** A login script may have written other lines. */
function messageIn(line: string): unknown {
  if (!line.startsWith('{"')) return null
  try {
    return JSON.parse(line) as unknown
  } catch {
    return null
  }
}
