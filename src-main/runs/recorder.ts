import type { EngineEvent } from '#contract/engine.ts'
import { toFlowerbedError } from '#contract/errors.ts'
import type { FlowerbedError } from '#contract/errors.ts'
import { createLogger } from '../log.ts'
import type { RunKeeper } from './run-keeper.ts'

const log = createLogger('recorder')

/** What is written to the history; the rest is only passed on. */
const written: EngineEvent['type'][] = ['started', 'metrics', 'progress', 'sample', 'checkpoint']

/**
 * Writes down what an engine in another process tells. Where that fails, as on a full disk, training goes on: the first
 * failure is told, those after it only once something could be written in between.
 */
export function createRecorder(
  keeper: RunKeeper,
  failed: (error: FlowerbedError) => void,
): (event: EngineEvent) => void {
  let failing = false
  return (event) => {
    try {
      keeper.record(event)
      if (written.includes(event.type)) failing = false
    } catch (thrown) {
      const error = toFlowerbedError(thrown)
      log.error(`${event.type} is not recorded: ${error.message}`)
      // A run that was deleted has no history to be kept.
      if (!failing && error.kind !== 'not-found') failed(error)
      failing = true
    }
  }
}
