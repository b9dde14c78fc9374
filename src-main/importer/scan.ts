import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { desktopText } from '#shared/desktop-text.ts'
import type { ProblemFile, ScanReport } from '#shared/schemas/dataset.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { CrashSuspects } from '#shared/importer-messages.ts'
import { isArchive, openArchive } from './archives.ts'
import type { OpenedArchive } from './archives.ts'
import { decode, measure, readImage, unsupported } from './decode.ts'
import { filesAtOnce } from './files-at-once.ts'
import { inOrder } from './in-order.ts'
import type { InFlightLog } from '../processes/in-flight-log.ts'
import { labelsOf } from './labels.ts'
import { readStart } from './adaptive-read.ts'
import { batchOf, Progress } from './progress.ts'
import { reasonOf } from './reasons.ts'
import { namedLikeImage, sniff, sniffBytes } from './sniff.ts'
import { isGrey, suggestOptions, summarizeSizes } from './suggest.ts'
import type { ImageSize } from './suggest.ts'
import { nameFor, openPathOf, listFiles } from './list-files.ts'
import type { FoundFile, Listed } from './list-files.ts'

/** The state of a scan that packing needs. */
export interface Scan {
  id: string
  sources: string[]
  files: FoundFile[]
  problems: ProblemFile[]
  /** Those of the report's thumbnails. */
  shown: FoundFile[]
  /** Removes what was unpacked for it. */
  dispose: () => Promise<void>
}

/** The context of a scan or pack job. */
export interface JobContext {
  signal: AbortSignal
  inFlightLog: InFlightLog
  crashSuspects: CrashSuspects
  report: ConstructorParameters<typeof Progress>[1]
}

/** Sizes and greyness are measured on this many images, spread over the folder; thumbnails are shown of fewer. */
const samplesMeasured = 512
const samplesShown = 48
const thumbnailShape = { height: 64, width: 64, channels: 3 } as const

export const crashReason = desktopText('image.crashes')

/**
 * Lists dropped paths, recognizes images by their first bytes, measures a sample of them; writes nothing.
 * @throws FlowerbedError `bad-input` when there is no image at all.
 */
export async function scan(
  paths: string[],
  context: JobContext,
): Promise<{ scan: Scan; report: ScanReport }> {
  const progress = new Progress('scanning', context.report)
  const opened = await listAll(paths, context, progress)
  try {
    return await scanListed(opened, context, progress)
  } catch (thrown) {
    await opened.dispose()
    throw thrown
  }
}

type ListedAll = Listed & Pick<Scan, 'dispose'>

/** The files of folders, and of archives that were dropped. */
async function listAll(paths: string[], { signal }: JobContext, progress: Progress): Promise<ListedAll> {
  const onFile = () => progress.add({ bytes: 0 })
  const archives: OpenedArchive[] = []
  const dispose = async () => {
    for (const { folder } of archives) await rm(folder, { recursive: true, force: true })
  }
  try {
    const listed = await listFiles(paths, { signal, onFile })
    const isDropped = ({ path, explicit }: FoundFile) => explicit && isArchive(path)
    for (const { path } of listed.files.filter(isDropped))
      archives.push(await openArchive(path, { signal, onFile }))
    const files = [
      ...listed.files.filter((file) => !isDropped(file)),
      ...archives.flatMap((archive) => archive.files),
    ]
    const problems = [...listed.problems, ...archives.flatMap((archive) => archive.problems)]
    return { sources: listed.sources, files, problems, dispose }
  } catch (thrown) {
    await dispose()
    throw thrown
  }
}

async function scanListed(
  listed: ListedAll,
  context: JobContext,
  progress: Progress,
): Promise<{ scan: Scan; report: ScanReport }> {
  const problems = [...listed.problems]
  let files = await keepImages(listed.files, { context, problems, progress })
  const samples = await sample(files, { context, problems })
  files = files.filter((file) => !samples.unreadable.has(file))
  if (files.length === 0) throw nothingFound(listed.sources, { checked: listed.files.length, problems })
  progress.end()

  const { labels, labelOf } = labelsOf(files)
  const greyShare = samples.thumbnails.filter(isGrey).length / Math.max(1, samples.thumbnails.length)
  const name = nameFor(listed.sources, files)
  const counts = labels.map(() => 0)
  for (const label of labelOf) if (label >= 0) counts[label] = (counts[label] ?? 0) + 1
  const id = randomUUID()
  return {
    scan: { id, sources: listed.sources, files, problems, shown: samples.shown, dispose: listed.dispose },
    report: {
      scan: id,
      sources: listed.sources,
      suggestedName: name,
      count: files.length,
      totalBytes: files.reduce((sum, file) => sum + file.bytes, 0),
      sizes: summarizeSizes(samples.sizes),
      suggested: suggestOptions({ name, sizes: samples.sizes, greyShare, labelCount: labels.length }),
      greyShare,
      labels: labels.map((label, position) => ({ name: label, count: counts[position] ?? 0 })),
      problems,
      thumbnails: batchOf(samples.thumbnails, thumbnailShape),
    },
  }
}

/** The files that contain an image. Files without an image's content or name are skipped and not reported. */
async function keepImages(
  files: FoundFile[],
  found: { context: JobContext; problems: ProblemFile[]; progress: Progress },
): Promise<FoundFile[]> {
  const { context, problems, progress } = found
  const refused = new Set(context.crashSuspects.refused)
  progress.total = files.length
  const kept: FoundFile[] = []
  const verdicts = inOrder(files, {
    atOnce: filesAtOnce,
    work: async (file) => {
      if (refused.has(file.path)) return crashReason
      return headVerdict(file).catch(reasonOf)
    },
  })
  let position = 0
  for await (const verdict of verdicts) {
    context.signal.throwIfAborted()
    const file = files[position++]
    if (!file) continue
    if (verdict === 'image') kept.push(file)
    else if (verdict !== 'none') problems.push({ path: file.path, reason: verdict })
    progress.add({ bytes: file.bytes, problem: verdict !== 'image' && verdict !== 'none' })
  }
  return kept
}

/** `image`, `none` (skip without a report), or the reason why it is not read. */
async function headVerdict(file: FoundFile): Promise<string> {
  const reported = file.explicit || namedLikeImage(file.path)
  const kind = sniff((await readStart(openPathOf(file), { most: sniffBytes })).bytes)
  if (kind.kind === 'image') return 'image'
  if (kind.kind === 'unsupported') return unsupported(kind.name).reason
  if (!reported) return 'none'
  return desktopText(kind.kind === 'empty' ? 'image.empty' : 'image.notImage')
}

interface Samples {
  sizes: ImageSize[]
  thumbnails: Uint8Array[]
  /** The files of the thumbnails. */
  shown: FoundFile[]
  /** File objects: two names that are not valid UTF-8 may look the same. */
  unreadable: Set<FoundFile>
}

async function sample(
  files: FoundFile[],
  { context, problems }: { context: JobContext; problems: ProblemFile[] },
): Promise<Samples> {
  const { signal, inFlightLog, crashSuspects, report } = context
  const measured = spread(files, samplesMeasured)
  const shown = new Set(spread(measured, samplesShown))
  const careful = new Set(crashSuspects.careful)
  const progress = new Progress('scanning', report)
  progress.total = measured.length
  const samples: Samples = { sizes: [], thumbnails: [], shown: [], unreadable: new Set() }
  const results = inOrder(measured, {
    // One at a time after a crash whose cause is not known yet.
    atOnce: careful.size > 0 ? 1 : filesAtOnce,
    work: async (file) => {
      if (signal.aborted) return { file, reason: '' }
      const done = inFlightLog.begin(file.path)
      try {
        const size = await measure(openPathOf(file))
        if (!shown.has(file)) return { file, size }
        const thumbnail = await decode(await readImage(openPathOf(file)), {
          shape: thumbnailShape,
          fit: 'crop',
        })
        return { file, size, thumbnail }
      } catch (thrown) {
        return { file, reason: reasonOf(thrown) }
      } finally {
        done()
      }
    },
  })
  for await (const result of results) {
    signal.throwIfAborted()
    const { file, size, thumbnail, reason } = result
    if (size) samples.sizes.push(size)
    if (thumbnail) {
      samples.thumbnails.push(thumbnail)
      samples.shown.push(file)
    }
    if (reason !== undefined) {
      problems.push({ path: file.path, reason })
      samples.unreadable.add(file)
    }
    progress.add({
      bytes: file.bytes,
      problem: reason !== undefined,
      ...(thumbnail ? { image: thumbnail, shape: thumbnailShape } : {}),
    })
  }
  return samples
}

/** At most `count` of the items, evenly spread. */
export function spread<Item>(items: Item[], count: number): Item[] {
  if (items.length <= count) return items
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)] as Item)
}

/** The error for paths without a readable image, with an example and a hint. */
export function nothingFound(
  sources: string[],
  found: { checked: number; problems: ProblemFile[] },
): FlowerbedError {
  const [problem] = found.problems
  const where = sources[0] ?? ''
  if (found.problems.length === 1 && problem)
    return new FlowerbedError('bad-input', errorText('import.oneUnreadable', { ...problem }), { where })
  const { checked } = found
  if (checked === 0) return new FlowerbedError('bad-input', errorText('import.noFiles'), { where })
  const files = checked === 1 ? errorText('import.oneFile') : errorText('import.files', { count: checked })
  const text = problem
    ? errorText('import.noImagesFor', { files, ...problem })
    : errorText('import.noImages', { files })
  return new FlowerbedError('bad-input', text, { where })
}
