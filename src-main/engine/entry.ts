import { FlowerbedError } from '#contract/errors.ts'
import type { EngineEvent } from '#contract/engine.ts'
import { parentChannel } from '../child/adapters.ts'
import { serveCalls } from '../child/channel.ts'
import { createEngine } from './session.ts'
import type { ModelRequests } from './session.ts'

/** The engine as a process of its own: the only file that knows it has a parent. */

const heartbeatMs = 1000

const channel = parentChannel()
if (!channel) throw new FlowerbedError('internal', 'The engine must be started by Flowerbed.')

let emit: (event: EngineEvent) => void = () => undefined
const engine = createEngine({ emit: (event) => emit(event) })
;({ emit } = serveCalls<ModelRequests, EngineEvent>({ channel, handlers: engine.handlers }))

setInterval(() => {
  emit({ type: 'heartbeat', memoryBytes: process.memoryUsage.rss() })
}, heartbeatMs)
channel.onClose(() => process.exit())
