import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { inFlightLogVariable } from '#shared/importer-messages.ts'
import type { CrashSuspects, ImporterEvent, ImporterRequests } from '#shared/importer-messages.ts'
import { inFlightLogs, removeAbandonedLogs } from '../datasets/abandoned.ts'
import { createLogger } from '../log.ts'
import type { ChildProcess } from './child-process.ts'
import { readInFlightLog } from './in-flight-log.ts'
import { startNodeProcess } from './node-process.ts'
import { processTag } from '../files/process-identity.ts'
import type { Caller } from './rpc.ts'
import { ProcessSupervisor } from './supervisor.ts'

const log = createLogger('importer')

export interface ImporterClient extends Caller<ImporterRequests> {
  /** Ends the process and removes its temporary files. */
  dispose: () => void
}

/** After this many crashes within one call no single file is to blame. */
const attemptsPerCall = 8

/** The importer as a child of a plain Node process. It starts with the first request. */
export function forkImporter(
  options: {
    onEvent?: (event: ImporterEvent) => void
    /** Called with each process that is started; for tests. */
    onStart?: (pid: number) => void
  } = {},
): ImporterClient {
  return createImporterClient({
    onEvent: options.onEvent ?? (() => undefined),
    start: (env) => {
      const child = startNodeProcess({ entry: entryPath(), env, killSignal: 'SIGKILL' })
      if (child.pid !== undefined) options.onStart?.(child.pid)
      return child
    },
  })
}

/** Beside this file in a checkout; beside the bundle (`out/main/importer.js`) when built. */
function entryPath(): string {
  const built = fileURLToPath(new URL('./importer.js', import.meta.url))
  return existsSync(built) ? built : fileURLToPath(new URL('../importer/entry.ts', import.meta.url))
}

/**
 * A client that survives a crash of its importer: the process is started again, the files it was reading are tried one by
 * one, and the one that crashes it becomes a problem of the import. Scans are repeated under their old names.
 * @param options.start starts a process with these variables in its environment
 */
export function createImporterClient(options: {
  start: (env: Record<string, string>) => ChildProcess
  onEvent: (event: ImporterEvent) => void
}): ImporterClient {
  // Of earlier clients that were killed.
  void removeAbandonedLogs()
  const folder = mkdtempSync(join(tmpdir(), `${inFlightLogs}${processTag()}-`))
  const logPath = (generation: number) => join(folder, `${generation}`)
  const supervisor = new ProcessSupervisor<ImporterRequests, ImporterEvent>({
    name: 'importer',
    onEvent: options.onEvent,
    start: (generation) =>
      options.start({
        [inFlightLogVariable]: logPath(generation),
        // Each core decodes in one of libuv's threads; four more read and write.
        UV_THREADPOOL_SIZE: String(availableParallelism() + 4),
      }),
  })
  const scanned = new Map<string, { paths: string[]; id: string; generation: number }>()
  const cancelled = new Set<string>()
  const refused = new Set<string>()
  let disposed = false
  let pending = 0

  /** Repeats a call after each crash, with what is known of the files that may have caused it. */
  async function persist<Result>(
    call: (caller: Caller<ImporterRequests>, suspects: CrashSuspects, generation: number) => Promise<Result>,
    job: string,
  ): Promise<Result> {
    let careful: string[] = []
    for (let attempt = 1; ; attempt++) {
      const { caller, generation } = await supervisor.ensureRunning()
      try {
        return await call(caller, { careful, refused: [...refused] }, generation)
      } catch (thrown) {
        if (!isCrash(thrown) || disposed) throw thrown
        if (cancelled.has(job)) throw new FlowerbedError('cancelled', errorText('import.cancelled'))
        const inFlight = await readInFlightLog(logPath(generation))
        log.warn(
          `The importer crashed (attempt ${attempt}) while reading ${inFlight.length} files`,
          ...inFlight,
        )
        const [only] = inFlight
        if (attempt >= attemptsPerCall) throw crashedTooOften(inFlight)
        if (inFlight.length === 1 && only !== undefined && careful.includes(only)) refused.add(only)
        careful = [...new Set([...careful, ...inFlight])]
      }
    }
  }

  const handlers = {
    scan: (argument: ImporterRequests['scan'][0]) =>
      persist(async (caller, avoid, generation) => {
        const report = await caller.request('scan', { ...argument, avoid })
        scanned.set(report.scan, { paths: argument.paths, id: report.scan, generation })
        return report
      }, argument.job),
    rescan: (argument: ImporterRequests['rescan'][0]) =>
      persist(async (caller, avoid, generation) => {
        const report = await caller.request('rescan', { ...argument, avoid })
        scanned.set(report.scan, { paths: report.sources, id: report.scan, generation })
        return report
      }, argument.job),
    pack: (argument: ImporterRequests['pack'][0]) =>
      persist(async (caller, avoid, generation) => {
        const known = scanned.get(argument.scan)
        // The process that made the scan has ended: scan the same paths again.
        if (known && known.generation !== generation) {
          const report = await caller.request('scan', { job: argument.job, paths: known.paths, avoid })
          Object.assign(known, { id: report.scan, generation })
        }
        return await caller.request('pack', { ...argument, scan: known?.id ?? argument.scan, avoid })
      }, argument.job),
    preview: (argument: ImporterRequests['preview'][0]) =>
      supervisor.request('preview', {
        ...argument,
        scan: scanned.get(argument.scan)?.id ?? argument.scan,
      }),
    nearDuplicates: (argument: ImporterRequests['nearDuplicates'][0]) =>
      supervisor.request('nearDuplicates', argument),
    decode: (argument: ImporterRequests['decode'][0]) =>
      supervisor.request('decode', argument).catch((thrown: unknown) => {
        if (!isCrash(thrown)) throw thrown
        throw new FlowerbedError('crashed', errorText('import.decoderCrashed', { path: argument.path }), {
          where: argument.path,
        })
      }),
    saveSamples: (argument: ImporterRequests['saveSamples'][0]) =>
      supervisor.request('saveSamples', argument),
    readText: (argument: ImporterRequests['readText'][0]) => supervisor.request('readText', argument),
    save: (argument: ImporterRequests['save'][0]) => supervisor.request('save', argument),
    cancel: async (argument: ImporterRequests['cancel'][0]) => {
      cancelled.add(argument.job)
      await supervisor.current?.caller.request('cancel', argument)
    },
    forget: async (argument: ImporterRequests['forget'][0]) => {
      const known = scanned.get(argument.scan)
      scanned.delete(argument.scan)
      const { current } = supervisor
      if (current && known?.generation === current.generation)
        await current.caller.request('forget', { scan: known.id })
    },
  }

  return {
    request: async (name, argument) => {
      pending++
      try {
        // The name decides the types, which TypeScript cannot follow through a table.
        const call = handlers[name] as (argument: unknown) => Promise<never>
        return await call(argument)
      } finally {
        pending--
      }
    },
    get pending() {
      return pending
    },
    dispose: () => {
      disposed = true
      void supervisor.dispose()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const isCrash = (thrown: unknown): boolean => thrown instanceof FlowerbedError && thrown.kind === 'crashed'

function crashedTooOften(inFlight: string[]): FlowerbedError {
  const [path] = inFlight
  return new FlowerbedError('crashed', errorText('import.crashed'), {
    ...(path === undefined ? {} : { where: path }),
  })
}
