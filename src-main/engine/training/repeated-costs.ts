import { median } from '#shared/statistics.ts'

/** Later occurrences are expected to take as long as the median of this many before. */
const remembered = 5

/** How long something takes that is done again and again. */
export class RepeatedCost {
  private first: number | null = null
  private readonly later: number[] = []

  /** @param seconds how long it took this time */
  add(seconds: number): void {
    if (this.first === null) {
      this.first = seconds
      return
    }
    this.later.push(seconds)
    if (this.later.length > remembered) this.later.shift()
  }

  /** The first time builds programs as well, so that it counts only until there is another; 0 before any. */
  get seconds(): number {
    return this.later.length > 0 ? median(this.later) : (this.first ?? 0)
  }
}

/** The time that the integration of a grid of samples took. */
export interface IntegrationTimes {
  solverSteps: number
  seconds: number
  /** Of it, what came after the first call, which builds the program; and the share of the integration done in it. */
  later: { seconds: number; share: number }
}

/** How long a grid of samples takes, by its number of solver steps: known from a grid of fewer steps as well. */
export class SamplingCost {
  private readonly rest = new RepeatedCost()
  private secondsPerSolverStep: number | null = null

  /** @param seconds all of it, with diagnostics and files */
  add(seconds: number, integration: IntegrationTimes): void {
    this.rest.add(Math.max(0, seconds - integration.seconds))
    this.addIntegration(integration)
  }

  addIntegration({ solverSteps, seconds, later }: IntegrationTimes): void {
    if (later.share > 0) this.secondsPerSolverStep = later.seconds / (later.share * solverSteps)
    else this.secondsPerSolverStep ??= seconds / solverSteps
  }

  /** 0 before the first grid. */
  seconds(solverSteps: number): number {
    return this.rest.seconds + solverSteps * (this.secondsPerSolverStep ?? 0)
  }
}

/** Times an integration by the calls of its `onStep`. */
export class IntegrationTimer {
  private readonly now: () => number
  private readonly startedAt: number
  private first: { at: number; share: number } | null = null
  private last = { at: 0, share: 0 }

  /** @param now milliseconds from an arbitrary origin */
  constructor(now: () => number) {
    this.now = now
    this.startedAt = now()
  }

  /** @param share of the integration that is done */
  stepEnded(share: number): void {
    this.last = { at: this.now(), share }
    this.first ??= this.last
  }

  times(solverSteps: number): IntegrationTimes {
    const { first, last } = this
    const seconds = (from: number) => Math.max(0, last.at - from) / 1000
    return {
      solverSteps,
      seconds: seconds(this.startedAt),
      later: first
        ? { seconds: seconds(first.at), share: last.share - first.share }
        : { seconds: 0, share: 0 },
    }
  }
}
