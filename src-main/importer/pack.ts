import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { desktopText } from '#shared/desktop-text.ts'
import type { DatasetIndex, ImportedDataset, ImportOptions, ProblemFile } from '#shared/schemas/dataset.ts'
import { imageBytes } from '#shared/schemas/image.ts'
import type { ImageShape } from '#shared/schemas/image.ts'
import { Dataset } from '../datasets/packed-dataset.ts'
import { addressesOf, indexName } from '../datasets/index-file.ts'
import { decode, readImage, sha256, sizeOf } from './decode.ts'
import { filesAtOnce } from './files-at-once.ts'
import { inOrder } from './in-order.ts'
import { labelsOf } from './labels.ts'
import { PackedFolder } from './packed-folder.ts'
import { probeSuspects } from './crash-probe.ts'
import { Progress } from './progress.ts'
import { ReusedPixels } from './reused-pixels.ts'
import { reasonOf } from './reasons.ts'
import { crashReason, nothingFound } from './scan.ts'
import type { JobContext, Scan } from './scan.ts'
import { openPathOf } from './list-files.ts'
import type { FoundFile } from './list-files.ts'

const format = 1

/**
 * Decodes every image of a scan into `<datasetsDirectory>/<id>/{pixels.u8, index.json}`. Files that fail become problems.
 * An intact dataset with the same content is reused, a damaged one is replaced.
 * @throws FlowerbedError `bad-input` without a readable image, `no-space`, `cancelled`; no files are left then
 */
export async function pack(
  found: Scan,
  job: {
    options: ImportOptions
    datasetsDirectory: string
    /** The folder of an earlier import of the same files. */
    reuse?: string | undefined
    context: JobContext
  },
): Promise<ImportedDataset> {
  const { options, datasetsDirectory, reuse, context } = job
  const { height, width, channels } = options
  const shape: ImageShape = { height, width, channels }
  await probeSuspects(found.files, { context, frame: { shape, fit: options.fit } })

  const folder = await PackedFolder.create(datasetsDirectory, found.files.length * imageBytes(shape))
  const earlier = reuse === undefined ? null : await ReusedPixels.open(reuse, options)
  try {
    const packed = await writeImages(found, { folder, shape, options, earlier, context })
    if (packed.good.length === 0) {
      throw nothingFound(found.sources, { checked: found.files.length, problems: packed.problems })
    }
    const { good, problems, sha256, details, pixelsSha256 } = packed
    const { labels, labelOf } = options.labels ? labelsOf(good) : unlabelled(good)
    const contents = { format, shape, options, labels, labelOf, sha256, pixelsSha256 } as const
    const { id, exists } = await idFor(contents, { datasetsDirectory, context })
    const index: DatasetIndex = {
      ...contents,
      id,
      count: good.length,
      // Sources, name and problems are those of this import, also when the same images were packed before.
      sources: found.sources,
      paths: good.map((file) => file.path),
      details,
      problems,
    }
    context.signal.throwIfAborted()
    const directory = await folder.finish(index, { keepPixels: exists })
    return await recordOf(index, { directory, name: options.name })
  } catch (thrown) {
    await folder.discard()
    throw thrown
  } finally {
    earlier?.close()
  }
}

type Details = NonNullable<DatasetIndex['details']>

interface Packed {
  good: FoundFile[]
  sha256: string[]
  details: Details
  problems: ProblemFile[]
  pixelsSha256: string
}

async function writeImages(
  found: Scan,
  into: {
    folder: PackedFolder
    shape: ImageShape
    options: ImportOptions
    earlier: ReusedPixels | null
    context: JobContext
  },
): Promise<Packed> {
  const { folder, shape, options, earlier, context } = into
  const { signal, inFlightLog } = context
  const refused = new Set(context.crashSuspects.refused)
  const progress = new Progress('packing', context.report)
  progress.total = found.files.length
  const packed: Packed = {
    ...{ good: [], sha256: [], problems: [...found.problems], pixelsSha256: '' },
    details: { width: [], height: [], bytes: [], modified: [] },
  }
  const images = inOrder(found.files, {
    atOnce: filesAtOnce,
    work: async (file) => {
      if (signal.aborted) return { file, reason: desktopText('image.notProcessed') }
      if (refused.has(file.path)) return { file, reason: crashReason }
      const known = await earlier?.find(file)
      if (known) return { file, ...known }
      const done = inFlightLog.begin(file.path)
      try {
        const source = await readImage(openPathOf(file))
        const [pixels, hash, size] = await Promise.all([
          decode(source, { shape, fit: options.fit }),
          sha256(source),
          sizeOf(source),
        ])
        return { file, pixels, sha256: hash, size }
      } catch (thrown) {
        return { file, reason: reasonOf(thrown) }
      } finally {
        done()
      }
    },
  })
  for await (const image of images) {
    signal.throwIfAborted()
    const { file } = image
    if ('pixels' in image) {
      await folder.write(image.pixels)
      packed.good.push(file)
      packed.sha256.push(image.sha256)
      addDetails(packed.details, { ...image.size, bytes: file.bytes, modified: file.modified })
      progress.add({ bytes: file.bytes, image: image.pixels, shape })
    } else {
      packed.problems.push({ path: file.path, reason: image.reason })
      progress.add({ bytes: file.bytes, problem: true })
    }
  }
  progress.end()
  packed.pixelsSha256 = await folder.endPixels()
  return packed
}

function addDetails(details: Details, one: Record<keyof Details, number>): void {
  for (const column of ['width', 'height', 'bytes', 'modified'] as const) details[column].push(one[column])
}

function unlabelled(files: FoundFile[]): { labels: string[]; labelOf: number[] } {
  return { labels: [], labelOf: files.map(() => -1) }
}

/** The id for these contents, and whether an intact dataset with this id and the same pixels exists. */
async function idFor(
  contents: Parameters<typeof addressesOf>[0],
  { datasetsDirectory, context }: { datasetsDirectory: string; context: JobContext },
): Promise<{ id: string; exists: boolean }> {
  const [fromSources, fromPixels] = addressesOf(contents)
  for (const id of [fromSources, fromPixels]) {
    const pixels = await intactPixels(join(datasetsDirectory, id), context)
    if (pixels === null) return { id, exists: false }
    if (pixels === contents.pixelsSha256) return { id, exists: true }
  }
  return { id: fromPixels, exists: false }
}

/** The sha256 of the pixels of the dataset in a folder; null without an intact one. */
async function intactPixels(directory: string, { signal }: JobContext): Promise<string | null> {
  let dataset: Dataset | undefined
  try {
    dataset = new Dataset(directory)
    await dataset.verify({ again: true, isCancelled: () => signal.aborted })
    return dataset.index.pixelsSha256
  } catch {
    return null
  } finally {
    dataset?.close()
    signal.throwIfAborted()
  }
}

async function recordOf(
  index: DatasetIndex,
  { directory, name }: { directory: string; name: string },
): Promise<ImportedDataset> {
  const table = await stat(join(directory, indexName))
  return {
    id: index.id,
    name,
    directory,
    shape: index.shape,
    count: index.count,
    labels: index.labels,
    sources: index.sources,
    problemCount: index.problems.length,
    problems: index.problems,
    bytes: index.count * imageBytes(index.shape) + table.size,
    createdAt: Math.round(table.mtimeMs),
  }
}
