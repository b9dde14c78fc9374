import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { ImporterEvent } from '#shared/importer-messages.ts'
import { createImporterClient } from './importer.ts'
import type { ImporterClient } from './importer.ts'
import { startNodeProcess } from './node-process.ts'
import { startUtilityProcess } from './utility-process.ts'

/** The app's importer in its own process, which starts with the first request. */
export function startAppImporter(onEvent: (event: ImporterEvent) => void): ImporterClient {
  return createImporterClient({
    onEvent,
    start: (env) => {
      const execPath = bundledNode()
      if (execPath === null) return startUtilityProcess({ module: 'importer.js', name: 'importer', env })
      const entry = join(import.meta.dirname, 'importer.js')
      return startNodeProcess({ entry, env, execPath, killSignal: 'SIGKILL' })
    },
  })
}

/**
 * The Node that came with the packages, on Linux: Electron loads the system's GLib into all its processes, and sharp's
 * own one then resolves half of its functions to it, warns at every image and never frees them.
 */
function bundledNode(): string | null {
  if (process.platform !== 'linux') return null
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('node/package.json'))
    const path = join(folder, 'bin', 'node')
    return existsSync(path) ? path : null
  } catch {
    return null
  }
}
