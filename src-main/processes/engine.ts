import type { EngineEvent, EngineRequests } from '#shared/engine-messages.ts'
import { ProcessSupervisor } from './supervisor.ts'
import type { SupervisorOptions } from './supervisor.ts'

/** An engine without requests frees its memory after this long. */
const idleMs = 5 * 60_000

/** The process that runs TensorFlow, or a second one of the same program that only installs it. */
export class EngineSupervisor extends ProcessSupervisor<EngineRequests, EngineEvent> {
  constructor(
    options: Omit<SupervisorOptions<EngineEvent>, 'heartbeatOf' | 'isDurable' | 'name'> & {
      name: 'engine' | 'installer'
    },
  ) {
    super({
      ...options,
      times: { idleMs, ...options.times },
      heartbeatOf: (event) => (event.type === 'heartbeat' ? event.memoryBytes : null),
      isDurable,
    })
  }
}

/** What the engine has written to disk counts also after its end; what it was about to do does not. */
const isDurable = ({ type }: EngineEvent): boolean =>
  ['checkpoint', 'snapshot', 'sample', 'metrics', 'diagnostics'].includes(type)
