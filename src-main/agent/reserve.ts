import { randomBytes } from 'node:crypto'
import { rm, stat } from 'node:fs/promises'
import { write } from './job-file.ts'
import { reservePath } from './run-folder.ts'
import type { RunFolder } from './run-folder.ts'

/** More than the entries that may wait when the disk is full. */
const reserveBytes = 1 << 20

/** Takes space on the disk, to be given back when there is none. @throws FlowerbedError `no-space` */
export async function makeReserve(run: RunFolder): Promise<void> {
  const path = reservePath(run)
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  )
  // Random bytes, which no file system stores in fewer.
  if (size < reserveBytes) await write(path, randomBytes(reserveBytes))
}

export const freeReserve = (run: RunFolder): Promise<void> => rm(reservePath(run), { force: true })
