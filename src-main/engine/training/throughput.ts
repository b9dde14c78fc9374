import { goalSteps } from '#shared/run-limits.ts'
import type { Limits } from '#shared/run-limits.ts'
import type { RunConfig } from '#shared/schemas/run-config.ts'

/** Speed is told over the last seconds of stepping, at least a few steps. */
const windowSeconds = 10
const windowSteps = 5
/** The first calls of a process place, optimize and tune a graph that the later ones only run. */
const warmUpSteps = 1
/** Fewer steps than these tell no speed. */
const leastSteps = 3

/** What steps are interrupted for. */
export type Interruption = 'sampling' | 'saving'

/** How fast a run trains, and how long it will: by its steps, and by what it interrupts them for. */
export class ThroughputMeter {
  private readonly durations: number[] = []
  private sum = 0
  private warmUp: number[] = []
  private readonly interruptions: Record<Interruption, number> = { sampling: 0, saving: 0 }

  /** @param seconds what one more step took */
  addStep(seconds: number): void {
    if (this.warmUp.length < warmUpSteps) {
      this.warmUp.push(seconds)
      return
    }
    this.durations.push(seconds)
    this.sum += seconds
    while (this.durations.length > windowSteps && this.sum - (this.durations[0] as number) > windowSeconds) {
      this.sum -= this.durations.shift() as number
    }
  }

  /** @param seconds what one more of a kind took; those to come are taken to be as long */
  addInterruption(kind: Interruption, seconds: number): void {
    this.interruptions[kind] = seconds
  }

  /** Steps a second over a sliding window of time spent in steps alone; 0 until a few are measured. */
  get stepsPerSecond(): number {
    return this.durations.length >= leastSteps ? this.measured : 0
  }

  /** The same for the record of a run that has ended, however short it was. */
  get finalStepsPerSecond(): number {
    if (this.durations.length > 0) return this.measured
    const [first = 0] = this.warmUp
    return first > 0 ? 1 / first : 0
  }

  private get measured(): number {
    return this.sum > 0 ? this.durations.length / this.sum : 0
  }

  /** Time left by steps, epochs or minutes, whichever ends first; null until it can be told. */
  secondsLeft(run: {
    config: Limits &
      Pick<RunConfig, 'batch' | 'accumulate' | 'validationShare' | 'sampleEvery' | 'checkpointEvery'>
    imageCount: number
    step: number
    trainedSeconds: number
  }): number | null {
    const { config, step, trainedSeconds } = run
    const goal = goalSteps(run)
    const byMinutes =
      config.minutes > 0 ? Math.max(0, config.minutes * 60 - trainedSeconds) : Number.POSITIVE_INFINITY
    const left = Math.min(this.secondsForSteps({ ...config, step, goal }), byMinutes)
    return Number.isFinite(left) ? left : null
  }

  /** Infinite until it can be told. */
  private secondsForSteps(run: {
    step: number
    goal: number
    sampleEvery: number
    checkpointEvery: number
  }): number {
    const { step, goal, sampleEvery, checkpointEvery } = run
    if (step >= goal) return 0
    if (this.stepsPerSecond === 0) return Infinity
    const { sampling, saving } = this.interruptions
    // Both take place at the end, too.
    const count = (every: number) => (every === 0 ? 1 : Math.ceil(goal / every) - Math.floor(step / every))
    return (
      (goal - step) / this.stepsPerSecond + count(sampleEvery) * sampling + count(checkpointEvery) * saving
    )
  }
}
