/** Work that goes on while its caller does something else, one piece at a time. */
export class OneInBackground {
  private running: Promise<void> = Promise.resolve()

  /** Begins a piece once the one before is done. @throws what that one threw */
  async begin(work: () => Promise<void>): Promise<void> {
    await this.running
    this.running = work()
    // Reported by the next call; without a handler until then the process would end.
    this.running.catch(() => undefined)
  }

  /** @throws what the last piece threw */
  async end(): Promise<void> {
    await this.running
  }
}
