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

/** The data folder, its runs, and an engine in this process. */
export interface Workspace {
  store: Store
  runService: RunService
  engine: Engine
}

/** Opens the data folder for `work` and closes it afterwards. */
export async function withWorkspace<T>(
  options: {
    dataDir?: string | undefined
    onEvent?: (event: EngineEvent) => void
    /** The command writes to the data folder; others work with a read-only one. */
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
    // What cannot be recorded now is found again by the next command.
    await recordFoundCheckpoints({ store, checkpoints: runService.checkpoints }).catch((thrown: unknown) =>
      log.warn(`Checkpoints on disk could not be recorded: ${toFlowerbedError(thrown).message}`),
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
