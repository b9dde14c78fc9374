/**
 * Works on `items`, at most `atOnce` at a time, and yields results in the order of the items. Memory stays bounded:
 * nothing new starts while the oldest result is not taken. `work` must not throw.
 */
export async function* inOrder<Item, Result>(
  items: readonly Item[],
  options: { atOnce: number; work: (item: Item, index: number) => Promise<Result> },
): AsyncGenerator<Result, void> {
  const running: Promise<Result>[] = []
  let next = 0
  const ahead = options.atOnce * 2
  const slots = new Slots(options.atOnce)
  try {
    for (;;) {
      while (next < items.length && running.length < ahead) {
        const index = next++
        running.push(slots.run(() => options.work(items[index] as Item, index)))
      }
      const oldest = running.shift()
      if (!oldest) return
      yield await oldest
    }
  } finally {
    // A caller that leaves early still waits for what is under way, so that nothing works on behind its back.
    slots.stop()
    await Promise.allSettled(running)
  }
}

class Slots {
  private free: number
  private stopped = false
  private readonly waiting: (() => void)[] = []

  constructor(count: number) {
    this.free = count
  }

  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.free > 0) this.free--
    else await new Promise<void>((resolve) => this.waiting.push(resolve))
    try {
      if (this.stopped) throw new Error('stopped')
      return await work()
    } finally {
      const waiter = this.waiting.shift()
      if (waiter) waiter()
      else this.free++
    }
  }

  stop(): void {
    this.stopped = true
  }
}
