/** Runs asynchronous jobs one at a time, in the order in which they arrive. */
export class Mutex {
  private last: Promise<unknown> = Promise.resolve()

  /** Runs `job` once all earlier ones have settled. */
  runExclusive<T>(job: () => Promise<T>): Promise<T> {
    const result = this.last.then(job)
    this.last = result.catch(() => undefined)
    return result
  }
}
