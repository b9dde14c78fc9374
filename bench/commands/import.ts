import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import sharp from 'sharp'
import { checkImportOptions } from '#shared/schemas/dataset.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { summarize } from '../summary.ts'
import { uniformStream } from '../../src-main/engine/rng.ts'
import { forkImporter } from '../../src-main/processes/importer.ts'
import { listFiles } from '../../src-main/importer/list-files.ts'
import {
  checkInterrupted,
  Interrupted,
  onInterrupt,
  wasInterrupted,
} from '../../src-main/cli/support/interrupt.ts'
import { answer, bytes, say } from '../../src-main/cli/support/output.ts'

export interface ImportBenchOptions {
  imageSize: number
  photos: number
  megapixels: number
  repeats: number
  json?: boolean
}

/** Times the import of a folder in turns with sharp alone on the same files, which is all that an import cannot do without. */
export async function benchImport(folder: string | undefined, options: ImportBenchOptions): Promise<void> {
  const { imageSize: size, repeats, json = false } = options
  checkImportOptions({ width: size, height: size })
  const scratch = await mkdtemp(join(tmpdir(), 'flowerbed-bench-'))
  try {
    const from = folder === undefined ? await makePhotos(join(scratch, 'photos'), options) : resolve(folder)
    const paths = (
      await listFiles([from], {
        signal: new AbortController().signal,
        onFile: () => undefined,
      })
    ).files.map(({ path }) => path)
    const [ours, theirs, peaks, scans]: [number[], number[], number[], number[]] = [[], [], [], []]
    // Once for nothing, so that the files are in the system's memory for both.
    await sharpAlone(paths, size)
    for (let i = 0; i < repeats; i++) {
      const imported = await importOnce({ from, size, into: join(scratch, `datasets-${i}`) })
      ours.push(imported.packSeconds)
      scans.push(imported.scanSeconds)
      peaks.push(imported.peakBytes)
      theirs.push(await sharpAlone(paths, size))
      say(
        `${i + 1} of ${repeats}: packed in ${ours[i]?.toFixed(1)} s, sharp alone ${theirs[i]?.toFixed(1)} s`,
      )
    }
    const result = {
      images: paths.length,
      size,
      scanSeconds: summarize(scans).median,
      packSeconds: summarize(ours).median,
      imagesPerSecond: paths.length / summarize(ours).median,
      sharpSeconds: summarize(theirs).median,
      /** Images a second, ours over sharp's, pair by pair. */
      ratio: summarize(theirs.map((seconds, i) => seconds / (ours[i] ?? NaN))).median,
      peakMemoryBytes: Math.max(...peaks),
    }
    say(
      `${result.images} images to ${size} × ${size}: ${result.imagesPerSecond.toFixed(0)} a second, ` +
        `${result.ratio.toFixed(2)} of what sharp alone decodes, at most ${bytes(result.peakMemoryBytes)}; ` +
        `looked through before that in ${result.scanSeconds.toFixed(1)} s`,
    )
    answer(json, result)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** Scans and packs as the app does, in a process of its own. */
async function importOnce(options: { from: string; size: number; into: string }) {
  const { from, size, into } = options
  let pid = 0
  await checkInterrupted()
  const importer = forkImporter({ onStart: (started) => (pid = started) })
  const stopListening = onInterrupt(() => {
    importer.dispose()
  })
  try {
    const begun = performance.now()
    const { scan, suggested } = await importer.request('scan', { job: 'scan', paths: [from] })
    const scanned = performance.now()
    await importer.request('pack', {
      job: 'pack',
      scan,
      options: { ...suggested, width: size, height: size },
      datasetsDirectory: into,
    })
    return {
      scanSeconds: (scanned - begun) / 1000,
      packSeconds: (performance.now() - scanned) / 1000,
      peakBytes: await peakMemory(pid),
    }
  } finally {
    stopListening()
    importer.dispose()
    await rm(into, { recursive: true, force: true })
  }
}

/** What a process took at most; NaN where the system does not tell. */
async function peakMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]
  return kibibytes === undefined ? NaN : Number(kibibytes) * 1024
}

/** Seconds that sharp takes to decode the files to size and nothing else, in a process of its own. */
async function sharpAlone(paths: string[], size: number): Promise<number> {
  const cores = availableParallelism()
  const run = execFile(process.execPath, [join(import.meta.dirname, '../baselines/sharp_baseline.mjs')], {
    env: { ...process.env, UV_THREADPOOL_SIZE: String(cores + 4) },
  })
  const stopListening = onInterrupt(() => void run.kill())
  const told = text(run.stdout as Readable)
  run.stdin?.end(JSON.stringify({ paths, size, atOnce: 2 * cores + 2 }))
  const seconds = Number(await told)
  stopListening()
  if (wasInterrupted()) throw new Interrupted()
  if (!(seconds > 0)) throw new FlowerbedError('internal', 'sharp alone did not get to its end.')
  return seconds
}

/** Images with the detail of photographs: noise at every scale, as JPEG. Answers their folder. */
async function makePhotos(
  folder: string,
  { photos, megapixels }: Pick<ImportBenchOptions, 'photos' | 'megapixels'>,
): Promise<string> {
  await mkdir(folder, { recursive: true })
  const height = Math.round(Math.sqrt((megapixels * 1e6 * 3) / 4))
  const width = Math.round((height * 4) / 3)
  for (let i = 0; i < photos; i++) {
    await checkInterrupted()
    const uniform = uniformStream(i + 1, 0, 'noise')
    const layer = async (side: number) => {
      const raw = { width: side, height: side, channels: 3 as const }
      const noise = Uint8Array.from({ length: side * side * 3 }, () => uniform() * 256)
      return await sharp(noise, { raw })
        .resize(width, height, { fit: 'fill' })
        .png({ compressionLevel: 0 })
        .toBuffer()
    }
    const [coarse, middle, fine] = [await layer(5), await layer(60), await layer(500)]
    await sharp(coarse)
      .composite([
        { input: middle, blend: 'soft-light' },
        { input: fine, blend: 'soft-light' },
      ])
      .jpeg({ quality: 88 })
      .toFile(join(folder, `photo ${i + 1}.jpg`))
    if (i % 100 === 99) say(`${i + 1} of ${photos} photographs made`)
  }
  return folder
}
