const maxAttempts = 5

let queue: Promise<unknown> = Promise.resolve()

/**
 * Runs a decode, and retries it when it fails, one retry at a time: libvips has one error buffer for all threads, so that
 * of two simultaneous failures either may get the other's reason, or none.
 */
export async function withRetry<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch {
    const retried = queue.then(() => retry(work))
    queue = retried.catch(() => undefined)
    return await retried
  }
}

async function retry<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 2; ; attempt++) {
    try {
      return await work()
    } catch (thrown) {
      const withoutReason = thrown instanceof Error && /unknown error/i.test(thrown.message)
      if (!withoutReason || attempt >= maxAttempts) throw thrown
    }
  }
}
