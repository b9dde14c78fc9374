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

  get isMeasured(): boolean {
    return this.first !== null
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

/** How long a grid of samples takes, by its number of solver steps: known from a preview as well. */
export class SamplingCost {
  /** What is not integration: diagnostics and files, of which a preview has the files only. */
  private readonly rest = { grid: new RepeatedCost(), preview: new RepeatedCost() }
  private secondsPerSolverStep: number | null = null

  /** @param seconds all of it, with diagnostics and files */
  add(kind: 'grid' | 'preview', seconds: number, integration: IntegrationTimes): void {
    this.rest[kind].add(Math.max(0, seconds - integration.seconds))
    const { solverSteps, later } = integration
    if (later.share > 0) this.secondsPerSolverStep = later.seconds / (later.share * solverSteps)
    else this.secondsPerSolverStep ??= integration.seconds / solverSteps
  }

  /** Those of a grid; 0 before the first grid or preview. */
  seconds(solverSteps: number): number {
    const { grid, preview } = this.rest
    return (grid.isMeasured ? grid : preview).seconds + this.integration(solverSteps)
  }

  /** Those of a preview; 0 before the first. */
  previewSeconds(solverSteps: number): number {
    const { preview } = this.rest
    return preview.isMeasured ? preview.seconds + this.integration(solverSteps) : 0
  }

  /** The integration alone. */
  integration(solverSteps: number): number {
    return solverSteps * (this.secondsPerSolverStep ?? 0)
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
