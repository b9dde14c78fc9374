import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'

/** Hex sha256 of a file, or of its bytes from `start` to before `end`. */
export async function fileSha256(
  path: string,
  range: { start?: number; end?: number } = {},
): Promise<string> {
  const { start = 0, end = Infinity } = range
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { start, end: end - 1, highWaterMark: 1 << 20 }))
    hash.update(chunk as Buffer)
  return hash.digest('hex')
}
