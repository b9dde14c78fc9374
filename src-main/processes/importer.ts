import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { ImporterEvent } from '#shared/importer-messages.ts'
import { importerEnvironment } from './resilient-importer.ts'
import type { ImporterClient } from './resilient-importer.ts'
import { forkImporterProcess } from './importer-fork.ts'
import { importerWithLogs } from './importer-logs.ts'
import { startUtility } from './utility-process.ts'

/**
 * The Node that came with the packages, on Linux: Electron brings the system's GLib into all its processes, where
 * sharp's own one then takes half of its functions from there, complains at every image and never frees them.
 */
function ownNode(): string | null {
  if (process.platform !== 'linux') return null
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('node/package.json'))
    const path = join(folder, 'bin', 'node')
    return existsSync(path) ? path : null
  } catch {
    return null
  }
}

/** The importer in a process of its own: started with the first request, started again when an image ended it. */
export function hostImporter(onEvent: (event: ImporterEvent) => void): ImporterClient {
  return importerWithLogs({
    onEvent,
    start: (logPath) => {
      const execPath = ownNode()
      if (execPath !== null) {
        return forkImporterProcess({
          entry: join(import.meta.dirname, 'importer.js'),
          logPath,
          execPath,
        })
      }
      const { channel, kill } = startUtility({
        module: 'importer.js',
        name: 'importer',
        env: importerEnvironment(logPath),
      })
      return { channel, logPath, kill }
    },
  })
}
