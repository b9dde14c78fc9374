import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { EngineEvent } from '#shared/engine-messages.ts'
import type { TrainingDevice } from '#shared/training-devices.ts'
import { environmentOf } from './engine-processes.ts'
import { EngineSupervisor } from './engine.ts'
import { startNodeProcess } from './node-process.ts'

/** The engine of a device as a child of a plain Node process. It starts with the first request and sees no other GPU. */
export function forkEngine(device: TrainingDevice, onEvent: (event: EngineEvent) => void): EngineSupervisor {
  return new EngineSupervisor({
    name: 'engine',
    onEvent,
    // It does not end by the other signals, which a terminal or a service manager sends to all processes.
    start: () => startNodeProcess({ entry: entryPath(), env: environmentOf(device), killSignal: 'SIGKILL' }),
  })
}

/** Beside this file in a checkout; beside the bundle (`out/main/engine.js`) when built. */
function entryPath(): string {
  const built = fileURLToPath(new URL('./engine.js', import.meta.url))
  return existsSync(built) ? built : fileURLToPath(new URL('../engine/entry.ts', import.meta.url))
}
