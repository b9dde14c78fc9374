import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { checkImportOptions } from '#shared/schemas/dataset.ts'
import type { DatasetRecord, ImportOptions, ProblemFile } from '#shared/schemas/dataset.ts'
import { forkImporter } from '../../processes/importer.ts'
import type { ImporterClient } from '../../processes/importer.ts'
import { datasetsFolder } from '../../files/data-folder.ts'
import type { Store } from '../../database/store.ts'
import { earlierImport } from '../../runs/update-dataset.ts'
import { checkInterrupted, onInterrupt } from './interrupt.ts'
import { say, StatusLine } from './output.ts'

/** Imports a folder as the app does, with the suggested options and the given changes. */
export async function importFolder(options: {
  folder: string
  store: Store
  changes?: Partial<ImportOptions>
}): Promise<DatasetRecord> {
  const { folder, store, changes = {} } = options
  checkImportOptions(changes)
  const line = new StatusLine()
  const importer: ImporterClient = forkImporter({
    onEvent: (event) => {
      if (event.type !== 'progress') return
      const { progress } = event
      const of = progress.total === undefined ? '' : ` of ${progress.total}`
      line.show(`${progress.phase === 'scanning' ? 'Scanning' : 'Reading'} images: ${progress.done}${of}`)
    },
  })
  const job = randomUUID()
  await checkInterrupted()
  const stopListening = onInterrupt(() => {
    // The importer may have ended by the same Ctrl+C, and the import with it.
    importer.request('cancel', { job }).catch(() => undefined)
  })
  try {
    const report = await importer.request('scan', { job, paths: [resolve(folder)] })
    const options = { ...report.suggested, ...changes }
    const reuse = earlierImport(store, [resolve(folder)], options)
    const dataset = await importer.request('pack', {
      job,
      scan: report.scan,
      options,
      datasetsDirectory: datasetsFolder(store.directory),
      ...(reuse !== undefined && { reuse }),
    })
    await importer.request('forget', { scan: report.scan })
    line.end()
    const { width, height } = dataset.shape
    say(`${dataset.count} images at ${width} × ${height} from ${folder}`)
    for (const problem of leftOutLines(dataset.problems)) say(problem)
    return store.datasets.save(dataset)
  } finally {
    line.end()
    stopListening()
    importer.dispose()
  }
}

const problemsNamed = 10

/** Lines for the files that were left out and why, the first few by name. */
export function leftOutLines(problems: ProblemFile[]): string[] {
  const { length } = problems
  if (length === 0) return []
  const more = length - problemsNamed
  return [
    length === 1 ? 'One file was left out:' : `${length} files were left out:`,
    ...problems.slice(0, problemsNamed).map(({ path, reason }) => `  “${printable(path)}” ${reason}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ]
}

/** Replaces control characters in a file name, which a terminal would interpret. */
function printable(path: string): string {
  return path.replace(/\p{Cc}/gu, '\ufffd')
}
