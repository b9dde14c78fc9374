import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Hex sha256 of the names and texts of all sources of our convolutions. */
export function hashOfSources(folder) {
  const hash = createHash('sha256')
  for (const name of readdirSync(folder).sort())
    hash.update(`${name}\0${readFileSync(join(folder, name), 'utf8')}\0`)
  return hash.digest('hex')
}
