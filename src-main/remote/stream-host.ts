import type { RemoteHost, RunOptions } from './remote-host.ts'

/** What is done with a command's streams. */
export interface CommandWork {
  feed: (input: NodeJS.WritableStream) => unknown
  /** @param alive is to be called when something has arrived */
  consume: (output: AsyncIterable<Buffer>, alive: () => void) => Promise<void>
  /** What of its output an error may be in. */
  said?: () => string
  /** Exit statuses that are no failure. */
  known?: number[]
}

/** A host whose commands have streams. */
export interface StreamHost extends Pick<RemoteHost, 'name' | 'run'> {
  perform: (
    command: string,
    options: Pick<RunOptions, 'timeoutMs' | 'signal'>,
    work: CommandWork,
  ) => Promise<number>
}

/** Reads an output to its end. */
export async function discard(output: AsyncIterable<Buffer>): Promise<void> {
  const chunks = output[Symbol.asyncIterator]()
  while ((await chunks.next()).done !== true);
}
