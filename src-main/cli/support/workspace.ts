import { join } from 'node:path'
import type { EngineEvent } from '#shared/engine-messages.ts'
import { toFlowerbedError } from '#shared/errors.ts'
import { createEngine } from '../../engine/server.ts'
import type { Engine } from '../../engine/server.ts'
import { createLogger, logToFile } from '../../log.ts'
import { RunService } from '../../runs/run-service.ts'
import { recordFoundCheckpoints } from '../../runs/unrecorded-checkpoints.ts'
import { dataDirectory } from '../../files/data-folder.ts'
import { openStore } from '../../database/store.ts'
import type { Store } from '../../database/store.ts'
import { say } from './output.ts'

const log = createLogger('cli')

/** What every command works on: the data folder, its runs, and an engine in this process. */
export interface Workspace {
  store: Store
  runService: RunService
  engine: Engine
}

/** Opens the data folder for `work` and closes it after, whatever happens. */
export async function withWorkspace<T>(
  options: {
    dataDir?: string | undefined
    onEvent?: (event: EngineEvent) => void
    /** The command changes what is in the data folder; others can do with one that is read-only. */
    writes?: boolean
  },
  work: (workspace: Workspace) => Promise<T>,
): Promise<T> {
  const directory = dataDirectory(options.dataDir)
  const store = openStore(directory, { reading: options.writes !== true })
  if (!store.readOnly) logToFile(join(directory, 'logs', 'cli.log'))
  const runService = new RunService(store, { warning: (_, message) => say(message) })
  runService.markInterrupted()
  if (options.writes) {
    // What cannot be recorded now is found again the next time.
    await recordFoundCheckpoints({ store, checkpoints: runService.checkpoints }).catch((thrown: unknown) =>
      log.warn(`Checkpoints on disk stay unrecorded: ${toFlowerbedError(thrown).message}`),
    )
  }
  const engine = createEngine({
    emit: (event) => {
      runService.record(event)
      options.onEvent?.(event)
    },
  })
  try {
    return await work({ store, runService, engine })
  } finally {
    await engine.dispose()
    runService.dispose()
    store.close()
  }
}
