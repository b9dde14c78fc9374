import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { datasetIndexSchema } from '#contract/dataset.ts'
import type { DatasetIndex, ImportedDataset, ImportOptions, ProblemFile } from '#contract/dataset.ts'
import { pictureBytes } from '#contract/pictures.ts'
import type { PictureShape } from '#contract/pictures.ts'
import { decode, readPicture, sha256 } from './decode.ts'
import { filesAtOnce } from './files-at-once.ts'
import { inOrder } from './in-order.ts'
import { labelsOf } from './labels.ts'
import { PackedFolder } from './packed-folder.ts'
import { probe } from './probe.ts'
import { Progress } from './progress.ts'
import { reasonOf } from './reasons.ts'
import { crashReason, nothingFound } from './scan.ts'
import type { JobContext, Scan } from './scan.ts'
import { openedBy } from './walk.ts'
import type { FoundFile } from './walk.ts'

const format = 1

/**
 * Decodes every picture of a scan into `<datasetsDirectory>/<id>/{pixels.u8, index.json}`. What fails becomes a problem;
 * what has been packed before is found again by its content.
 * @throws FlowerbedError `bad-input` without a single good picture, `no-space`, `cancelled`; nothing is left then.
 */
export async function pack(
  found: Scan,
  job: { options: ImportOptions; datasetsDirectory: string; context: JobContext },
): Promise<ImportedDataset> {
  const { options, datasetsDirectory, context } = job
  const { height, width, channels } = options
  const shape: PictureShape = { height, width, channels }
  await probe(found.files, { context, frame: { shape, fit: options.fit } })

  const folder = await PackedFolder.create(datasetsDirectory, found.files.length * pictureBytes(shape))
  try {
    const packed = await writePictures(found, { folder, shape, options, context })
    if (packed.good.length === 0) {
      throw nothingFound(found.sources, { looked: found.files.length, problems: packed.problems })
    }
    const { labels, labelOf } = options.labels ? labelsOf(packed.good) : unlabelled(packed.good)
    const contents = { shape, fit: options.fit, labels, labelOf, sha256: packed.sha256 }
    const id = contentAddress(contents)
    const existing = await readExisting(join(datasetsDirectory, id))
    if (existing) {
      await folder.discard()
      return await recordOf(existing, { directory: join(datasetsDirectory, id), name: options.name })
    }
    const index: DatasetIndex = {
      format,
      id,
      shape,
      count: packed.good.length,
      options,
      sources: found.sources,
      paths: packed.good.map((file) => file.path),
      sha256: packed.sha256,
      labels,
      labelOf,
      problems: packed.problems,
      pixelsSha256: packed.pixelsSha256,
    }
    context.signal.throwIfAborted()
    const directory = await folder.finish(id, index)
    return await recordOf(index, { directory, name: options.name })
  } catch (thrown) {
    await folder.discard()
    throw thrown
  }
}

interface Packed {
  good: FoundFile[]
  sha256: string[]
  problems: ProblemFile[]
  pixelsSha256: string
}

async function writePictures(
  found: Scan,
  into: { folder: PackedFolder; shape: PictureShape; options: ImportOptions; context: JobContext },
): Promise<Packed> {
  const { folder, shape, options, context } = into
  const { signal, journal } = context
  const refused = new Set(context.avoid.refused)
  const progress = new Progress('packing', context.report)
  progress.total = found.files.length
  const packed: Packed = { good: [], sha256: [], problems: [...found.problems], pixelsSha256: '' }
  const pictures = inOrder(found.files, {
    atOnce: filesAtOnce,
    work: async (file) => {
      if (signal.aborted) return { file, reason: 'was not reached' }
      if (refused.has(file.path)) return { file, reason: crashReason }
      const done = journal.begin(file.path)
      try {
        const source = await readPicture(openedBy(file))
        const [pixels, hash] = await Promise.all([
          decode(source, { shape, fit: options.fit }),
          sha256(source),
        ])
        return { file, pixels, sha256: hash }
      } catch (thrown) {
        return { file, reason: reasonOf(thrown) }
      } finally {
        done()
      }
    },
  })
  for await (const picture of pictures) {
    signal.throwIfAborted()
    const { file } = picture
    if (picture.pixels) {
      await folder.write(picture.pixels)
      packed.good.push(file)
      packed.sha256.push(picture.sha256)
      progress.add({ bytes: file.bytes, picture: picture.pixels, shape })
    } else {
      packed.problems.push({ path: file.path, reason: picture.reason })
      progress.add({ bytes: file.bytes, problem: true })
    }
  }
  progress.end()
  packed.pixelsSha256 = await folder.endPixels()
  return packed
}

function unlabelled(files: FoundFile[]): { labels: string[]; labelOf: number[] } {
  return { labels: [], labelOf: files.map(() => -1) }
}

/** Same pictures in the same order, decoded the same way: the same id. */
function contentAddress(contents: {
  shape: PictureShape
  fit: ImportOptions['fit']
  labels: string[]
  labelOf: number[]
  sha256: string[]
}): string {
  const { height, width, channels } = contents.shape
  const canonical = [format, height, width, channels, contents.fit, contents.labels, contents.labelOf]
  const hash = createHash('sha256').update(JSON.stringify(canonical))
  for (const picture of contents.sha256) hash.update(picture)
  return hash.digest('hex').slice(0, 16)
}

/** The dataset that lies there already, if it is whole. */
async function readExisting(directory: string): Promise<DatasetIndex | null> {
  try {
    const index = datasetIndexSchema.parse(JSON.parse(await readFile(join(directory, 'index.json'), 'utf8')))
    const { size } = await stat(join(directory, 'pixels.u8'))
    return size === index.count * pictureBytes(index.shape) ? index : null
  } catch {
    return null
  }
}

async function recordOf(
  index: DatasetIndex,
  { directory, name }: { directory: string; name: string },
): Promise<ImportedDataset> {
  const table = await stat(join(directory, 'index.json'))
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
    bytes: index.count * pictureBytes(index.shape) + table.size,
    createdAt: Math.round(table.mtimeMs),
  }
}
