import { closeSync, openSync, writeSync } from 'node:fs'
import { readFile } from 'node:fs/promises'

/** What is being read right now, kept outside the process so that its end does not take the answer along. */
export interface InFlightLog {
  /** Notes a path before it is opened; the answer forgets it. */
  begin: (path: string) => () => void
}

/** Longer than any path a system knows. */
const slotBytes = 16 * 1024

/** No inFlightLog: for callers that live and die with the importer. */
export const noInFlightLog: InFlightLog = { begin: () => () => undefined }

/** A file of slots, each a NUL-terminated path; written at once, since a crash flushes no buffer of ours. */
export function openInFlightLog(path: string): InFlightLog & { close: () => void } {
  const file = openSync(path, 'w')
  const free: number[] = []
  let slots = 0
  return {
    begin: (image) => {
      const slot = free.pop() ?? slots++
      writeSync(file, `${image}\0`, slot * slotBytes)
      return () => {
        writeSync(file, '\0', slot * slotBytes)
        free.push(slot)
      }
    },
    close: () => closeSync(file),
  }
}

/** The paths that were in hand when the inFlightLog's process ended; none when there is no inFlightLog. */
export async function readInFlightLog(path: string): Promise<string[]> {
  const bytes = await readFile(path).catch(() => Buffer.alloc(0))
  const found: string[] = []
  for (let at = 0; at < bytes.length; at += slotBytes) {
    const end = bytes.indexOf(0, at)
    if (end > at) found.push(bytes.toString('utf8', at, end))
  }
  return found
}
