import { setTimeout as delay } from 'node:timers/promises'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { freeBytes as freeBytesOf } from '../../files/atomic-write.ts'

/** Bytes free on the disk that a folder is on. */
export type FreeBytes = (folder: string) => Promise<number>

const pollMs = 100

const megabytes = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`

/**
 * Checks that the disk of a folder has room for a checkpoint.
 * @param options `needed`: its bytes; `text`: what is said where there is no room; `timeoutMs`: how long to wait for others
 * to be deleted
 * @throws FlowerbedError `no-space` with both numbers
 */
export async function checkDiskRoom(
  folder: string,
  options: {
    needed: number
    text: 'training.noRoom' | 'average.noRoom'
    timeoutMs?: number
    freeBytes?: FreeBytes
  },
): Promise<void> {
  const { needed, text, timeoutMs = 0, freeBytes = freeBytesOf } = options
  let free = await freeBytes(folder)
  for (let waited = 0; free < needed && waited < timeoutMs; waited += pollMs) {
    await delay(pollMs)
    free = await freeBytes(folder)
  }
  if (free >= needed) return
  throw new FlowerbedError(
    'no-space',
    errorText(text, { needed: megabytes(needed), free: megabytes(free) }),
    { where: folder },
  )
}
