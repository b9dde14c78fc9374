import { setImmediate as nextTurn } from 'node:timers/promises'
import type { EngineEvent } from '#shared/engine-messages.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'

/** Called after steps of a solver with the share that is done, in [0, 1]. */
export type OnStep = (share: number) => Promise<void>

/** Least time between two progress events. */
const intervalMs = 100

/** Runs sampling requests: between their steps the process handles other messages, emits progress and checks for cancellation. */
export class SamplingJobs {
  private readonly running = new Map<string, AbortController>()
  private readonly emit: (event: EngineEvent) => void

  constructor(options: { emit: (event: EngineEvent) => void }) {
    this.emit = options.emit
  }

  /** Without a job name there is no progress and no cancellation. @throws FlowerbedError `cancelled` */
  async run<T>(job: string | undefined, work: (onStep: OnStep) => Promise<T>): Promise<T> {
    if (job === undefined) return await work(() => nextTurn())
    if (this.running.has(job))
      throw new FlowerbedError('conflict', errorText('sampling.jobRuns'), { where: job })
    const controller = new AbortController()
    this.running.set(job, controller)
    let emittedAt = 0
    try {
      return await work(async (share) => {
        await nextTurn()
        if (controller.signal.aborted) throw new FlowerbedError('cancelled', errorText('sampling.cancelled'))
        const now = performance.now()
        if (now - emittedAt < intervalMs) return
        emittedAt = now
        this.emit({ type: 'sampling', job, share })
      })
    } finally {
      this.running.delete(job)
    }
  }

  cancel(job: string): void {
    this.running.get(job)?.abort()
  }
}

/** Reports the progress of a part of a job, which spans the shares `from` to `to` of the whole. */
export function partOf(onStep: OnStep, [from, to]: [number, number]): OnStep {
  return (share) => onStep(from + share * (to - from))
}
