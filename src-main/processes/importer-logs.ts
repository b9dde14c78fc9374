import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ImporterEvent } from '#shared/importer-messages.ts'
import { inFlightLogs, removeAbandonedLogs } from '../datasets/abandoned.ts'
import { processTag } from './process-identity.ts'
import { createResilientImporter } from './resilient-importer.ts'
import type { ImporterClient, ImporterProcess } from './resilient-importer.ts'

/**
 * An importer whose processes each keep their inFlightLog in a temporary folder, which goes with the client, or once that is
 * killed with the next one.
 */
export function importerWithLogs(options: {
  start: (logPath: string) => ImporterProcess
  onEvent: (event: ImporterEvent) => void
}): ImporterClient {
  void removeAbandonedLogs()
  const folder = mkdtempSync(join(tmpdir(), `${inFlightLogs}${processTag()}-`))
  let started = 0
  const importer = createResilientImporter({
    onEvent: options.onEvent,
    start: () => options.start(join(folder, `${++started}`)),
  })
  return {
    request: importer.request,
    get pending() {
      return importer.pending
    },
    dispose: () => {
      importer.dispose()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
