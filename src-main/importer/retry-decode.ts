const looks = 5

let queue: Promise<unknown> = Promise.resolve()

/**
 * Runs a decode, and when it fails, once more after all other failures have had their turn: libvips keeps one error
 * buffer for all threads, so that of two failures at once either may be told the other's reason, or none.
 */
export async function withRetry<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch {
    const turn = queue.then(() => lookAgain(work))
    queue = turn.catch(() => undefined)
    return await turn
  }
}

async function lookAgain<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let look = 2; ; look++) {
    try {
      return await work()
    } catch (thrown) {
      const untold = thrown instanceof Error && /unknown error/i.test(thrown.message)
      if (!untold || look >= looks) throw thrown
    }
  }
}
