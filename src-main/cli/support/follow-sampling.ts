import { randomUUID } from 'node:crypto'
import type { EngineEvent } from '#shared/engine-messages.ts'
import type { Engine } from '../../engine/server.ts'
import { checkInterrupted, onInterrupt } from './interrupt.ts'
import { duration, StatusLine } from './output.ts'

/** A sampling shorter than this needs no line, in ms. */
const patience = 1000

/** The line that follows a sampling, and Ctrl+C, which ends it. */
export function followSampling() {
  const job = randomUUID()
  const line = new StatusLine()
  /** When the first step was told, in ms; loading TensorFlow is no measure of the rest. */
  let startedAt = 0
  let part: [number, number] = [0, 1]

  /** Draws in the name of `job`, as the part of the whole from one share to another. @throws FlowerbedError `cancelled` at Ctrl+C */
  async function during<T>(
    engine: Engine,
    draw: (job: string) => Promise<T> | T,
    of: [number, number] = [0, 1],
  ): Promise<T> {
    part = of
    await checkInterrupted()
    const stopListening = onInterrupt(() => void engine.handlers.cancelSampling({ job }))
    try {
      return await draw(job)
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
      if (seconds * 1000 < patience || share === 0) return
      // Too little is done to tell the rest by.
      const left = share < 0.01 ? '' : ` · about ${duration((seconds * (1 - share)) / share)} to go`
      line.show(`Sampling: ${Math.floor(100 * share)} %${left}`)
    },
  }
}
