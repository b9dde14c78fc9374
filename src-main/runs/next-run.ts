import type { PrepareRequest } from '#shared/engine-messages.ts'
import { toFlowerbedError } from '#shared/errors.ts'
import { createLogger } from '../log.ts'

const log = createLogger('runs')

/** Has the engine prepare the run that the user sets up, while nothing trains and nothing waits to. Never rejects. */
export class NextRun {
  private readonly engine: {
    prepare: (request: PrepareRequest) => Promise<number>
    drop: () => Promise<number>
  }
  private readonly isIdle: () => boolean
  /** What was asked for last. */
  private newest = 0

  /** @param options.isIdle whether nothing trains on this computer and nothing is queued */
  constructor(options: { engine: NextRun['engine']; isIdle: () => boolean }) {
    this.engine = options.engine
    this.isIdle = options.isIdle
  }

  /** Prepares a run instead of the one before. @param plan what it would be made of, which may take a while to find out */
  async prepare(plan: () => Promise<PrepareRequest>): Promise<void> {
    const mine = ++this.newest
    await this.quietly(async () => {
      if (!this.isIdle()) return
      const request = await plan()
      if (mine !== this.newest || !this.isIdle()) return
      const count = await this.engine.prepare(request)
      if (mine === this.newest) log.info(`${count} programs are ready for the next run`)
    })
  }

  /** Frees what was prepared. */
  async drop(): Promise<void> {
    this.newest += 1
    await this.quietly(async () => {
      const count = await this.engine.drop()
      if (count > 0) log.info(`${count} programs that were ready are freed`)
    })
  }

  private async quietly(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (thrown) {
      log.info(`No run is prepared: ${toFlowerbedError(thrown).message}`)
    }
  }
}
