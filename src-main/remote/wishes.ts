import { toFlowerbedError } from '#shared/errors.ts'
import type { ControlRequest } from '#shared/remote/protocol.ts'
import type { Store } from '../database/store.ts'

/** What a run's target has not been told yet; kept in the store, so that it is told after a restart as well. */
export class Wishes {
  private readonly store: Store
  private readonly key: number
  private delivering: Promise<void> = Promise.resolve()

  constructor(store: Store, runId: string) {
    this.store = store
    this.key = store.runs.key(runId)
  }

  /** How the run is to end. */
  get end(): 'pause' | 'stop' | null {
    const kinds = this.list().map(({ kind }) => kind)
    return kinds.includes('stop') ? 'stop' : kinds.includes('pause') ? 'pause' : null
  }

  /** Replaces an earlier one of its kind: limits are absolute. */
  add(request: ControlRequest): void {
    const others = this.list().filter(({ kind }) => kind !== request.kind)
    this.store.launches.setWishes(this.key, [...others, request])
  }

  /** Delivers those that wait, in their order, each until it was taken. @throws what `send` throws */
  async deliver(send: (request: ControlRequest) => Promise<void>): Promise<void> {
    const delivery = this.delivering.then(() => this.deliverNow(send))
    this.delivering = delivery.catch(() => undefined)
    await delivery
  }

  private async deliverNow(send: (request: ControlRequest) => Promise<void>): Promise<void> {
    for (let next = this.list()[0]; next; next = this.list()[0]) {
      try {
        await send(next)
      } catch (thrown) {
        // The launch has ended there: its journal says how.
        const { kind } = toFlowerbedError(thrown)
        if (kind !== 'conflict' && kind !== 'not-found') throw thrown
      }
      const told = JSON.stringify(next)
      this.store.launches.setWishes(
        this.key,
        this.list().filter((wish) => JSON.stringify(wish) !== told),
      )
    }
  }

  private list(): ControlRequest[] {
    return this.store.launches.find(this.key)?.wishes ?? []
  }
}
