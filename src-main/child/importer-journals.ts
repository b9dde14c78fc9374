import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ImporterEvent } from '#contract/importer.ts'
import { createResilientImporter } from './importer-caller.ts'
import type { ImporterClient, ImporterProcess } from './importer-caller.ts'

/** An importer whose processes each keep their journal in a temporary folder, which goes with the client. */
export function importerWithJournals(options: {
  start: (journalPath: string) => ImporterProcess
  onEvent: (event: ImporterEvent) => void
}): ImporterClient {
  const journals = mkdtempSync(join(tmpdir(), 'flowerbed-importer-'))
  let started = 0
  const importer = createResilientImporter({
    onEvent: options.onEvent,
    start: () => options.start(join(journals, `${++started}`)),
  })
  return {
    request: importer.request,
    get pending() {
      return importer.pending
    },
    dispose: () => {
      importer.dispose()
      rmSync(journals, { recursive: true, force: true })
    },
  }
}
