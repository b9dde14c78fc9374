import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { parentChannel } from '../../processes/parent-channel.ts'
import { serveWorker } from './serve-worker.ts'

/** The entry of a worker on the engine's machine. */

const channel = parentChannel()
if (!channel) throw new FlowerbedError('internal', errorText('process.startedAlone'))
serveWorker(channel, { isElsewhere: false })
