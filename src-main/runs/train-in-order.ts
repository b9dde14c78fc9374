import type { RunRecord } from '#shared/schemas/run.ts'

/**
 * Trains runs one after the other, for as long as there is a next one.
 * @param options.next asked before each run; null ends it
 * @param options.train trains a run until it ends, in whichever way; returns its record then, null when it is gone
 * @param options.finished called with each run that has reached its goal, before the next begins
 */
export async function trainInOrder(options: {
  next: () => RunRecord | null | Promise<RunRecord | null>
  train: (run: RunRecord) => Promise<RunRecord | null>
  finished: (run: RunRecord) => Promise<void>
}): Promise<void> {
  const { next, train, finished } = options
  for (;;) {
    const run = await next()
    if (!run) return
    const ended = await train(run)
    if (ended?.status === 'finished') await finished(ended)
  }
}
