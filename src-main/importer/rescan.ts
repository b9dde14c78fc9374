import { stat } from 'node:fs/promises'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { mostNamedFiles } from '#shared/schemas/dataset.ts'
import type { DatasetDifference, DatasetIndex, FileList, ScanReport } from '#shared/schemas/dataset.ts'
import { Dataset } from '../datasets/packed-dataset.ts'
import { readImage, sha256 } from './decode.ts'
import { filesAtOnce } from './files-at-once.ts'
import { inOrder } from './in-order.ts'
import { openPathOf } from './list-files.ts'
import type { FoundFile } from './list-files.ts'
import { Progress } from './progress.ts'
import { scan } from './scan.ts'
import type { JobContext, Scan } from './scan.ts'

/**
 * Scans what a dataset was imported from, and compares it with what was imported then: files by path, and where size or
 * time differ by their content.
 * @throws FlowerbedError `not-found` where a folder is not there, which is not taken for all of its images being removed
 */
export async function rescan(
  directory: string,
  context: JobContext,
): Promise<{ scan: Scan; report: ScanReport; difference: DatasetDifference }> {
  const index = readIndex(directory)
  for (const source of index.sources) await mustBeThere(source)
  const found = await scan(index.sources, context)
  try {
    return { ...found, difference: await compare(found.scan.files, index, context) }
  } catch (thrown) {
    await found.scan.dispose()
    throw thrown
  }
}

async function mustBeThere(source: string): Promise<void> {
  await stat(source).catch((cause: unknown) => {
    throw new FlowerbedError('not-found', errorText('dataset.sourceGone', { path: source }), {
      where: source,
      cause,
    })
  })
}

async function compare(
  files: FoundFile[],
  index: DatasetIndex,
  { signal, report, inFlightLog }: JobContext,
): Promise<DatasetDifference> {
  const positions = new Map(index.paths.map((path, i) => [path, i]))
  // A file that could not be read then is tried again, but is nothing new.
  const problems = new Set(index.problems.map(({ path }) => path))
  const progress = new Progress('comparing', report)
  progress.total = files.length
  const [added, changed]: [string[], string[]] = [[], []]
  const left = new Set(index.paths)
  const verdicts = inOrder(files, {
    atOnce: filesAtOnce,
    work: async (file) => {
      const position = positions.get(file.path)
      if (position === undefined) return problems.has(file.path) ? 'known' : 'added'
      if (isUntouched(file, index, position) || signal.aborted) return 'known'
      const done = inFlightLog.begin(file.path)
      try {
        return (await sha256(await readImage(openPathOf(file)))) === index.sha256[position]
          ? 'known'
          : 'changed'
      } catch {
        return 'changed'
      } finally {
        done()
      }
    },
  })
  let at = 0
  for await (const verdict of verdicts) {
    signal.throwIfAborted()
    const file = files[at++]
    if (!file) continue
    left.delete(file.path)
    if (verdict === 'added') added.push(file.path)
    else if (verdict === 'changed') changed.push(file.path)
    progress.add({ bytes: file.bytes })
  }
  progress.end()
  return {
    ...{ added: listOf(added), changed: listOf(changed), removed: listOf([...left]) },
    unchanged: index.count - changed.length - left.size,
    hasDetails: index.details !== undefined,
  }
}

/** Whether a file has the size and the time that it had when it was imported. */
export function isUntouched(
  file: Pick<FoundFile, 'bytes' | 'modified'>,
  { details }: Pick<DatasetIndex, 'details'>,
  position: number,
): boolean {
  return details?.bytes[position] === file.bytes && details.modified[position] === file.modified
}

const listOf = (paths: string[]): FileList => ({ count: paths.length, named: paths.slice(0, mostNamedFiles) })

function readIndex(directory: string): DatasetIndex {
  const dataset = new Dataset(directory)
  dataset.close()
  return dataset.index
}
