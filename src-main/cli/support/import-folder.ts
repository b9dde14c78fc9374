import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { checkImportOptions } from '#shared/schemas/dataset.ts'
import type { DatasetRecord, ImportOptions, ProblemFile } from '#shared/schemas/dataset.ts'
import { forkImporter } from '../../processes/importer.ts'
import type { ImporterClient } from '../../processes/importer.ts'
import { datasetsFolder } from '../../files/data-folder.ts'
import type { Store } from '../../database/store.ts'
import { checkInterrupted, onInterrupt } from './interrupt.ts'
import { say, StatusLine } from './output.ts'

/** Imports a folder as the app would, with its suggestions where nothing else is asked for. */
export async function importFolder(options: {
  folder: string
  store: Store
  changes?: Partial<ImportOptions>
}): Promise<DatasetRecord> {
  const { folder, store, changes = {} } = options
  checkImportOptions(changes)
  const line = new StatusLine()
  const importer: ImporterClient = forkImporter({
    onEvent: ({ progress }) => {
      const of = progress.total === undefined ? '' : ` of ${progress.total}`
      line.show(`${progress.phase === 'scanning' ? 'Looking at' : 'Reading'} images: ${progress.done}${of}`)
    },
  })
  const job = randomUUID()
  await checkInterrupted()
  const stopListening = onInterrupt(() => {
    // It may have ended by the same Ctrl+C; then the import has too.
    importer.request('cancel', { job }).catch(() => undefined)
  })
  try {
    const report = await importer.request('scan', { job, paths: [resolve(folder)] })
    const dataset = await importer.request('pack', {
      job,
      scan: report.scan,
      options: { ...report.suggested, ...changes },
      datasetsDirectory: datasetsFolder(store.directory),
    })
    line.end()
    const { width, height } = dataset.shape
    say(`${dataset.count} images at ${width} × ${height} from ${folder}`)
    for (const told of leftOutLines(dataset.problems)) say(told)
    return store.datasets.save(dataset)
  } finally {
    line.end()
    stopListening()
    importer.dispose()
  }
}

const problemsNamed = 10

/** What was left out and why, the first few by name. */
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

/** A file's name may hold anything, also what a terminal obeys. */
function printable(path: string): string {
  return path.replace(/\p{Cc}/gu, '\ufffd')
}
