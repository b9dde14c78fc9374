import { pMapIterable } from 'p-map'

/**
 * Works on `items`, at most `atOnce` at a time, and yields results in the order of the items. Memory stays bounded:
 * nothing new starts while 2 · `atOnce` results are not taken. A caller that leaves early waits for the work that has
 * started. `work` must not throw.
 */
export async function* inOrder<Item, Result>(
  items: readonly Item[],
  options: { atOnce: number; work: (item: Item, index: number) => Promise<Result> },
): AsyncGenerator<Result, void> {
  const { atOnce, work } = options
  const running = new Set<Promise<Result>>()
  const track = async (item: Item, index: number): Promise<{ result: Result }> => {
    const started = work(item, index)
    running.add(started)
    try {
      return { result: await started }
    } finally {
      running.delete(started)
    }
  }
  const limits = { concurrency: atOnce, backpressure: 2 * atOnce }
  try {
    for await (const { result } of pMapIterable(items, track, limits)) yield result
  } finally {
    await Promise.allSettled(running)
  }
}
