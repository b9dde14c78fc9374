import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { importOptionsSchema, largestSide, smallestSide } from '#contract/dataset.ts'
import type { DatasetRecord, ImportOptions } from '#contract/dataset.ts'
import { FlowerbedError } from '#contract/errors.ts'
import { forkImporter } from '../importer/client.ts'
import type { ImporterClient } from '../importer/client.ts'
import { datasetsFolder } from '../store/data-directory.ts'
import type { Store } from '../store/store.ts'
import { checkInterrupted, onInterrupt } from './interrupt.ts'
import { say, StatusLine } from './output.ts'

/** @throws FlowerbedError `bad-input` before a file is looked at */
function checkSize({ width }: Partial<ImportOptions>): void {
  if (width === undefined || importOptionsSchema.shape.width.safeParse(width).success) return
  throw new FlowerbedError(
    'bad-input',
    `--image-size must be a whole number from ${smallestSide} to ${largestSide}.`,
  )
}

/** Imports a folder as the app would, with its suggestions where nothing else is asked for. */
export async function importFolder(options: {
  folder: string
  store: Store
  changes?: Partial<ImportOptions>
}): Promise<DatasetRecord> {
  const { folder, store, changes = {} } = options
  checkSize(changes)
  const line = new StatusLine()
  const importer: ImporterClient = forkImporter({
    onEvent: ({ progress }) => {
      const of = progress.total === undefined ? '' : ` of ${progress.total}`
      line.show(`${progress.phase === 'scanning' ? 'Looking at' : 'Reading'} pictures: ${progress.done}${of}`)
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
    say(`${dataset.count} pictures at ${width} × ${height} from ${folder}`)
    if (dataset.problemCount > 0) say(`${dataset.problemCount} files were left out.`)
    return store.datasets.save(dataset)
  } finally {
    line.end()
    stopListening()
    importer.dispose()
  }
}
