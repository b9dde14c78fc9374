import { randomUUID } from 'node:crypto'
import type { EngineEvent } from '#shared/engine-messages.ts'
import type { Engine } from '../../engine/server.ts'
import { checkInterrupted, onInterrupt } from './interrupt.ts'
import { duration, StatusLine } from './output.ts'

/** A status line is shown after this time, in ms. */
const showAfterMs = 1000

/** A status line with the progress of sampling; Ctrl+C cancels the sampling. */
export function followSampling() {
  const job = randomUUID()
  const line = new StatusLine()
  /** Time of the first progress event in ms; before it TensorFlow is loaded. */
  let startedAt = 0
  let part: [number, number] = [0, 1]

  /** Runs `sample`, whose progress counts as the part `of` the whole. @throws FlowerbedError `cancelled` at Ctrl+C */
  async function during<T>(
    engine: Engine,
    sample: (job: string) => Promise<T> | T,
    of: [number, number] = [0, 1],
  ): Promise<T> {
    part = of
    await checkInterrupted()
    const stopListening = onInterrupt(() => void engine.handlers.cancelSampling({ job }))
    try {
      return await sample(job)
    } finally {
      stopListening()
      line.end()
    }
  }

  return {
    during,
    onEvent: (event: EngineEvent) => {
      if (event.type !== 'sampling' || event.job !== job) return
      const share = part[0] + event.share * (part[1] - part[0])
      startedAt ||= Date.now()
      const seconds = (Date.now() - startedAt) / 1000
      if (seconds * 1000 < showAfterMs || share === 0) return
      // Too early for an estimate.
      const left = share < 0.01 ? '' : ` · about ${duration((seconds * (1 - share)) / share)} to go`
      line.show(`Sampling: ${Math.floor(100 * share)} %${left}`)
    },
  }
}
