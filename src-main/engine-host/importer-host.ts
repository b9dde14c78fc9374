import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ImporterEvent } from '#contract/importer.ts'
import { createResilientImporter, importerEnvironment } from '../child/importer-caller.ts'
import type { ImporterClient } from '../child/importer-caller.ts'
import { startUtility } from './utility-channel.ts'

/** The importer as a utility process: started with the first request, started again when a picture ended it. */
export function hostImporter(onEvent: (event: ImporterEvent) => void): ImporterClient {
  const journals = mkdtempSync(join(tmpdir(), 'flowerbed-importer-'))
  let started = 0
  const importer = createResilientImporter({
    onEvent,
    start: () => {
      const journalPath = join(journals, `${++started}`)
      const { process: child, channel } = startUtility({
        module: 'importer.js',
        name: 'importer',
        env: importerEnvironment(journalPath),
      })
      return { channel, journalPath, kill: () => void child.kill() }
    },
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
