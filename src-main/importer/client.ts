import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ImporterEvent } from '#contract/importer.ts'
import { createResilientImporter } from '../child/importer-caller.ts'
import type { ImporterClient } from '../child/importer-caller.ts'
import { forkImporterProcess } from '../child/importer-fork.ts'

export type { ImporterClient } from '../child/importer-caller.ts'

/** The importer as a child of a plain Node process. It starts with the first request. */
export function forkImporter(
  options: {
    onEvent?: (event: ImporterEvent) => void
    /** Told of each process that is started; for tests. */
    onStart?: (pid: number) => void
  } = {},
): ImporterClient {
  const journals = mkdtempSync(join(tmpdir(), 'flowerbed-importer-'))
  let started = 0
  const importer = createResilientImporter({
    onEvent: options.onEvent ?? (() => undefined),
    start: () =>
      forkImporterProcess({
        entry: entryPath(),
        journalPath: join(journals, `${++started}`),
        onStart: options.onStart,
      }),
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

/** Beside this file in a checkout; beside the bundle (`out/main/importer.js`) when built. */
function entryPath(): string {
  const built = fileURLToPath(new URL('./importer.js', import.meta.url))
  return existsSync(built) ? built : fileURLToPath(new URL('./entry.ts', import.meta.url))
}
