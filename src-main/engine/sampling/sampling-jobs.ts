import { setImmediate as nextTurn } from 'node:timers/promises'
import type { EngineEvent } from '#shared/engine-messages.ts'
import { FlowerbedError } from '#shared/errors.ts'

/** Called after each step of a solver with how much is done, in [0, 1]. */
export type OnStep = (share: number) => Promise<void>

/** Time between two events of progress, in ms. */
const interval = 100

/** Samples under way: between their steps others have their turn, progress is told and cancelling is heard. */
export class SamplingJobs {
  private readonly underWay = new Map<string, AbortController>()
  private readonly emit: (event: EngineEvent) => void

  constructor(options: { emit: (event: EngineEvent) => void }) {
    this.emit = options.emit
  }

  /** Without a name a sampling is neither told of nor cancelled. @throws FlowerbedError `cancelled` */
  async run<T>(job: string | undefined, work: (onStep: OnStep) => Promise<T>): Promise<T> {
    if (job === undefined) return await work(() => nextTurn())
    if (this.underWay.has(job))
      throw new FlowerbedError('conflict', 'A sampling of this name is under way.', { where: job })
    const controller = new AbortController()
    this.underWay.set(job, controller)
    let toldAt = 0
    try {
      return await work(async (share) => {
        await nextTurn()
        if (controller.signal.aborted) throw new FlowerbedError('cancelled', 'The sampling was cancelled.')
        const now = performance.now()
        if (now - toldAt < interval) return
        toldAt = now
        this.emit({ type: 'sampling', job, share })
      })
    } finally {
      this.underWay.delete(job)
    }
  }

  cancel(job: string): void {
    this.underWay.get(job)?.abort()
  }
}

/** The progress of a part of a whole, from one share of it to another. */
export function partOf(onStep: OnStep, [from, to]: [number, number]): OnStep {
  return (share) => onStep(from + share * (to - from))
}
