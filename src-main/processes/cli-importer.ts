import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ImporterEvent } from '#shared/importer-messages.ts'
import type { ImporterClient } from './resilient-importer.ts'
import { forkImporterProcess } from './importer-fork.ts'
import { importerWithLogs } from './importer-logs.ts'

export type { ImporterClient } from './resilient-importer.ts'

/** The importer as a child of a plain Node process. It starts with the first request. */
export function forkImporter(
  options: {
    onEvent?: (event: ImporterEvent) => void
    /** Told of each process that is started; for tests. */
    onStart?: (pid: number) => void
  } = {},
): ImporterClient {
  return importerWithLogs({
    onEvent: options.onEvent ?? (() => undefined),
    start: (logPath) => forkImporterProcess({ entry: entryPath(), logPath, onStart: options.onStart }),
  })
}

/** Beside this file in a checkout; beside the bundle (`out/main/importer.js`) when built. */
function entryPath(): string {
  const built = fileURLToPath(new URL('./importer.js', import.meta.url))
  return existsSync(built) ? built : fileURLToPath(new URL('../importer/entry.ts', import.meta.url))
}
