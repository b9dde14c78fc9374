import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The Node that came with the packages, on Linux; null without it. */
export function bundledNode(): string | null {
  if (process.platform !== 'linux') return null
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('node/package.json'))
    const path = join(folder, 'bin', 'node')
    return existsSync(path) ? path : null
  } catch {
    return null
  }
}
