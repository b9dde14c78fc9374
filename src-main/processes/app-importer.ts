import { join } from 'node:path'
import type { ImporterEvent } from '#shared/importer-messages.ts'
import { bundledNode } from './bundled-node.ts'
import { createImporterClient } from './importer.ts'
import type { ImporterClient } from './importer.ts'
import { startNodeProcess } from './node-process.ts'
import { startUtilityProcess } from './utility-process.ts'

/** The app's importer in its own process, which starts with the first request. */
export function startAppImporter(onEvent: (event: ImporterEvent) => void): ImporterClient {
  return createImporterClient({
    onEvent,
    start: (env) => {
      // Electron loads the system's GLib into all its processes: sharp's own one then resolves half of its functions to it,
      // warns at every image and never frees them.
      const execPath = bundledNode()
      if (execPath === null) return startUtilityProcess({ module: 'importer.js', name: 'importer', env })
      const entry = join(import.meta.dirname, 'importer.js')
      return startNodeProcess({ entry, env, execPath, killSignal: 'SIGKILL' })
    },
  })
}
