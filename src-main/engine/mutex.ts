/** Lets one asynchronous job at a time touch something, in the order they came. */
export class Mutex {
  private last: Promise<unknown> = Promise.resolve()

  /** Runs `job` when all earlier ones have ended, well or badly. */
  take<T>(job: () => Promise<T>): Promise<T> {
    const turn = this.last.then(job)
    this.last = turn.catch(() => undefined)
    return turn
  }
}
