import { constants, setPriority } from 'node:os'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { EngineEvent, EngineRequests } from '#shared/engine-messages.ts'
import { languageOf, languageVariable, setLanguage } from '#shared/language.ts'
import { parentChannel } from '../processes/parent-channel.ts'
import { serveCalls } from '../processes/rpc.ts'
import { createRuntimeHandlers } from './runtime-handlers.ts'
import { createEngine } from './server.ts'

/** The entry of the engine process: the only file of the engine that knows its parent process. */

const heartbeatMs = 1000

// The desktop has priority over training. On Linux this applies to threads started later, TensorFlow's among them.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL)

// A signal to the whole process group, from Ctrl+C or a closing terminal, is handled by the app, which asks for a checkpoint first.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined)
// Electron ends it by TERM; the command line, which service managers end together with its children, does not.
if (process.send) process.on('SIGTERM', () => undefined)

setLanguage(languageOf(process.env[languageVariable] ?? 'en'))
const channel = parentChannel()
if (!channel) throw new FlowerbedError('internal', errorText('process.startedAlone'))

let emit: (event: EngineEvent) => void = () => undefined
const emitLater = (event: EngineEvent) => emit(event)
const engine = createEngine({ emit: emitLater })
;({ emit } = serveCalls<EngineRequests, EngineEvent>({
  channel,
  handlers: { ...engine.handlers, ...createRuntimeHandlers(emitLater) },
}))

setInterval(() => {
  emit({ type: 'heartbeat', memoryBytes: process.memoryUsage.rss() })
}, heartbeatMs)
channel.onClose(() => process.exit())
