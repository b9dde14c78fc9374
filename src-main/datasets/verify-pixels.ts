import { createHash } from 'node:crypto'
import { fstat, read } from 'node:fs'
import { promisify } from 'node:util'

const readAt = promisify(read)
const statOf = promisify(fstat)

/** Hashed in one go: a few milliseconds, between which the process does what else it has to. */
const pieceBytes = 1024 * 1024

/** Hashes by file and by what shows a later write; for as long as the process runs. */
const known = new Map<string, string>()

export interface HashOptions {
  isCancelled?: () => boolean
  /** Reads the file even if its hash is known: a disk may lose bits without telling. */
  again?: boolean
}

/**
 * The sha256 of an open file, hex, read piece by piece while other work continues; not read again while the file's size
 * and times stay the same.
 * @returns null when `isCancelled` said so meanwhile
 */
export async function hashOfFile(
  file: number,
  { isCancelled = () => false, again = false }: HashOptions = {},
): Promise<string | null> {
  const before = await stampOf(file)
  const seen = again ? undefined : known.get(before)
  if (seen !== undefined) return seen
  const hash = createHash('sha256')
  let [piece, next] = [Buffer.allocUnsafeSlow(pieceBytes), Buffer.allocUnsafeSlow(pieceBytes)]
  let reading = readAt(file, piece, 0, pieceBytes, 0)
  for (let at = 0; ;) {
    const { bytesRead } = await reading
    if (bytesRead === 0) break
    at += bytesRead
    const read = piece.subarray(0, bytesRead)
    // The disk works on while this piece is hashed.
    reading = readAt(file, next, 0, pieceBytes, at)
    hash.update(read)
    if (isCancelled()) {
      await reading.catch(() => undefined)
      return null
    }
    ;[piece, next] = [next, piece]
  }
  const found = hash.digest('hex')
  if ((await stampOf(file)) === before) known.set(before, found)
  return found
}

async function stampOf(file: number): Promise<string> {
  const { dev, ino, size, mtimeNs, ctimeNs } = await statOf(file, { bigint: true })
  return [dev, ino, size, mtimeNs, ctimeNs].join(' ')
}
