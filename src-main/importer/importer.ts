import { importOptionsSchema } from '#shared/schemas/dataset.ts'
import type { ImportProgress } from '#shared/schemas/dataset.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { CrashSuspects, ImporterEvent, ImporterRequests } from '#shared/importer-messages.ts'
import { saveImages } from '../animation/save-images.ts'
import type { Handlers } from '../processes/rpc.ts'
import { decodeFile } from './decode.ts'
import type { InFlightLog } from '../processes/in-flight-log.ts'
import { findNearDuplicates } from './near-duplicates.ts'
import { pack } from './pack.ts'
import { preview } from './preview.ts'
import { reasonOf, UnreadableImage } from './reasons.ts'
import { rescan } from './rescan.ts'
import { readText, saveSamples } from './sample-files.ts'
import { scan } from './scan.ts'
import type { JobContext, Scan } from './scan.ts'

/** Handles importer requests in any process. Keeps scans until they are forgotten. */
export function createImporter(options: {
  emit: (event: ImporterEvent) => void
  inFlightLog: InFlightLog
}): Handlers<ImporterRequests> {
  const { emit, inFlightLog } = options
  const scans = new Map<string, Scan>()
  const jobs = new Map<string, AbortController>()

  function scanOf(id: string): Scan {
    const found = scans.get(id)
    if (!found) throw new FlowerbedError('not-found', errorText('import.scanGone'))
    return found
  }

  async function run<Result>(
    job: { job: string; avoid?: CrashSuspects },
    work: (context: JobContext) => Promise<Result>,
  ): Promise<Result> {
    const controller = new AbortController()
    jobs.set(job.job, controller)
    const report = (progress: ImportProgress) => emit({ type: 'progress', job: job.job, progress })
    const crashSuspects = job.avoid ?? { careful: [], refused: [] }
    try {
      return await work({ signal: controller.signal, inFlightLog, crashSuspects, report })
    } catch (thrown) {
      if (controller.signal.aborted) throw new FlowerbedError('cancelled', errorText('import.cancelled'))
      throw thrown
    } finally {
      jobs.delete(job.job)
    }
  }

  return {
    scan: (argument) =>
      run(argument, async (context) => {
        const found = await scan(argument.paths, context)
        scans.set(found.scan.id, found.scan)
        return found.report
      }),
    rescan: (argument) =>
      run(argument, async (context) => {
        const found = await rescan(argument.directory, context)
        scans.set(found.scan.id, found.scan)
        return { scan: found.scan.id, sources: found.scan.sources, difference: found.difference }
      }),
    pack: (argument) =>
      run(argument, (context) => {
        const found = scanOf(argument.scan)
        const { datasetsDirectory, reuse } = argument
        const options = importOptionsSchema.parse(argument.options)
        return pack(found, { options, datasetsDirectory, reuse, context })
      }),
    preview: ({ scan: id, count, ...frame }) => preview(scanOf(id).shown.slice(0, count), frame, inFlightLog),
    nearDuplicates: (argument) => run(argument, (context) => findNearDuplicates(argument, context)),
    decode: async ({ path, shape, fit }) => {
      const done = inFlightLog.begin(path)
      try {
        return await decodeFile(path, { shape, fit })
      } catch (thrown) {
        const kind = thrown instanceof UnreadableImage || !isMissing(thrown) ? 'bad-input' : 'not-found'
        throw new FlowerbedError(kind, errorText('import.unreadable', { path, reason: reasonOf(thrown) }), {
          where: path,
          cause: thrown,
        })
      } finally {
        done()
      }
    },
    saveSamples,
    readText: async (argument) => {
      const done = inFlightLog.begin(argument.path)
      try {
        return await readText(argument)
      } finally {
        done()
      }
    },
    save: async (argument) => {
      const { job } = argument
      const controller = new AbortController()
      jobs.set(job, controller)
      const onFrame = (share: number) => emit({ type: 'saving', job, share })
      try {
        return await saveImages(argument, { signal: controller.signal, onFrame })
      } finally {
        jobs.delete(job)
      }
    },
    cancel: ({ job }) => jobs.get(job)?.abort(),
    forget: async (argument) => {
      await scans.get(argument.scan)?.dispose()
      scans.delete(argument.scan)
    },
  }
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT'
}
