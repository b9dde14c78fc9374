import { availableParallelism } from 'node:os'
import { FlowerbedError } from '#shared/errors.ts'
import { inFlightLogVariable } from '#shared/importer-messages.ts'
import type { CrashSuspects, ImporterEvent, ImporterRequests } from '#shared/importer-messages.ts'
import { createCaller } from './rpc.ts'
import type { Caller, Channel } from './rpc.ts'
import { createLogger } from '../log.ts'
import { readInFlightLog } from './in-flight-log.ts'

const log = createLogger('importer')

/** One importer process, however it was started. */
export interface ImporterProcess {
  channel: Channel
  /** The file its inFlightLog is kept in, given to it as `inFlightLogVariable`. */
  logPath: string
  kill: () => void
}

export interface ImporterClient extends Caller<ImporterRequests> {
  /** Ends the process and removes what it kept beside itself. */
  dispose: () => void
}

/** What an importer process needs in its environment, whoever starts it. */
export function importerEnvironment(logPath: string): Record<string, string> {
  return {
    [inFlightLogVariable]: logPath,
    // Each core decodes in one of libuv's threads; four more read and write.
    UV_THREADPOOL_SIZE: String(availableParallelism() + 4),
  }
}

/** More ends than this within one call are no single file's doing. */
const attemptsPerCall = 8

/**
 * A caller that survives the end of its importer: the process is started again, the files it had in hand are tried one
 * by one, and the one that did it becomes a problem of the import. Scans are repeated behind their old names.
 */
export function createResilientImporter(options: {
  start: () => ImporterProcess
  onEvent: (event: ImporterEvent) => void
}): ImporterClient {
  const scanned = new Map<string, { paths: string[]; id: string; generation: number }>()
  const cancelled = new Set<string>()
  const refused = new Set<string>()
  let current: { process: ImporterProcess; caller: Caller<ImporterRequests> } | null = null
  let generation = 0
  let disposed = false
  let pending = 0

  function running() {
    if (disposed) throw new FlowerbedError('cancelled', 'The importer has been closed.')
    if (current) return current
    const process = options.start()
    generation++
    const caller = createCaller<ImporterRequests, ImporterEvent>({
      channel: process.channel,
      onEvent: options.onEvent,
      name: 'importer',
    })
    const started = { process, caller }
    process.channel.onClose(() => {
      if (current === started) current = null
    })
    current = started
    return started
  }

  /** Calls again after each end of the process, knowing more of who did it. */
  async function persist<Result>(
    call: (caller: Caller<ImporterRequests>, avoid: CrashSuspects) => Promise<Result>,
    job?: string,
  ): Promise<Result> {
    let careful: string[] = []
    for (let attempt = 1; ; attempt++) {
      const { process, caller } = running()
      try {
        return await call(caller, { careful, refused: [...refused] })
      } catch (thrown) {
        const crashed = thrown instanceof FlowerbedError && thrown.kind === 'crashed'
        if (!crashed || disposed) throw thrown
        if (job !== undefined && cancelled.has(job)) {
          throw new FlowerbedError('cancelled', 'The import was cancelled.')
        }
        const inHand = await readInFlightLog(process.logPath)
        log.warn(`The importer ended (attempt ${attempt}) with ${inHand.length} files in hand`, ...inHand)
        const [only] = inHand
        if (attempt >= attemptsPerCall) throw gaveUp(inHand)
        if (inHand.length === 1 && only !== undefined && careful.includes(only)) refused.add(only)
        careful = [...new Set([...careful, ...inHand])]
      }
    }
  }

  async function scan(argument: ImporterRequests['scan'][0]): Promise<ImporterRequests['scan'][1]> {
    const report = await persist(
      (caller, avoid) => caller.request('scan', { ...argument, avoid }),
      argument.job,
    )
    scanned.set(report.scan, { paths: argument.paths, id: report.scan, generation })
    return report
  }

  async function pack(argument: ImporterRequests['pack'][0]): Promise<ImporterRequests['pack'][1]> {
    return persist(async (caller, avoid) => {
      const known = scanned.get(argument.scan)
      // The process that made the scan is gone: look through the same paths again.
      if (known && known.generation !== generation) {
        const report = await caller.request('scan', { job: argument.job, paths: known.paths, avoid })
        Object.assign(known, { id: report.scan, generation })
      }
      return caller.request('pack', { ...argument, scan: known?.id ?? argument.scan, avoid })
    }, argument.job)
  }

  async function decode(argument: ImporterRequests['decode'][0]): Promise<ImporterRequests['decode'][1]> {
    const { caller } = running()
    try {
      return await caller.request('decode', argument)
    } catch (thrown) {
      if (!(thrown instanceof FlowerbedError) || thrown.kind !== 'crashed') throw thrown
      throw new FlowerbedError('crashed', `“${argument.path}” made the image decoder crash.`, {
        where: argument.path,
        hint: 'Choose another image, or save this one anew as PNG.',
      })
    }
  }

  const table = {
    scan,
    pack,
    decode,
    cancel: async (argument: ImporterRequests['cancel'][0]) => {
      cancelled.add(argument.job)
      if (current) await current.caller.request('cancel', argument)
    },
    forget: async (argument: ImporterRequests['forget'][0]) => {
      const known = scanned.get(argument.scan)
      scanned.delete(argument.scan)
      if (current && known?.generation === generation) {
        await current.caller.request('forget', { scan: known.id })
      }
    },
  }

  return {
    request: async (name, argument) => {
      pending++
      try {
        // The name decides the types, which TypeScript cannot follow through a table.
        const call = table[name] as (argument: unknown) => Promise<never>
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
      current?.process.kill()
      current = null
    },
  }
}

function gaveUp(inHand: string[]): FlowerbedError {
  const [path] = inHand
  return new FlowerbedError('crashed', 'The importer ended again and again.', {
    ...(path === undefined ? {} : { where: path }),
    hint: 'Take the files it was reading out of the folder, or close other programs to free memory.',
  })
}
