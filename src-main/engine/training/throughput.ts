import { goalSteps } from '#shared/run-limits.ts'
import type { Limits } from '#shared/run-limits.ts'
import type { RunConfig } from '#shared/schemas/run-config.ts'

/** The speed is that of the last seconds spent in steps, at least of a few steps. */
const windowSeconds = 10
const windowSteps = 5
/** The first call of a process optimizes and tunes the graph; later ones only run it. */
const warmUpSteps = 1
/** No speed is given before this many steps. */
const leastSteps = 3

/** What training is interrupted for between steps. */
export type Interruption = 'sampling' | 'saving' | 'evaluating'

/** Measures how fast a run trains and how much time is left, by its steps and by what interrupts them. */
export class ThroughputMeter {
  private readonly durations: number[] = []
  private sum = 0
  private warmUp: number[] = []
  /** Seconds that the last step's evaluation took. */
  private evaluation = 0
  private readonly interruptions: Record<Interruption, number> = {
    sampling: 0,
    saving: 0,
    evaluating: 0,
  }

  /** @param seconds how long one more step took */
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

  /** @param seconds how long the evaluation after a step took; counts towards the interruption that follows it */
  setEvaluation(seconds: number): void {
    this.evaluation = seconds
  }

  /** @param seconds how long an interruption took; later ones of its kind are expected to take as long */
  addInterruption(kind: Interruption, seconds: number): void {
    if (kind === 'evaluating') {
      this.interruptions[kind] = seconds
      return
    }
    this.interruptions[kind] = this.evaluation + seconds
    this.evaluation = 0
  }

  /** Steps per second over a sliding window of time spent in steps alone; 0 until a few are measured. */
  get stepsPerSecond(): number {
    return this.durations.length >= leastSteps ? this.measured : 0
  }

  /** The same for the record of a finished run, however short it was. */
  get finalStepsPerSecond(): number {
    if (this.durations.length > 0) return this.measured
    const [first = 0] = this.warmUp
    return first > 0 ? 1 / first : 0
  }

  private get measured(): number {
    return this.sum > 0 ? this.durations.length / this.sum : 0
  }

  /** Time left by steps, epochs or minutes, whichever ends first; null until it can be estimated. */
  secondsLeft(run: {
    config: Limits &
      Pick<
        RunConfig,
        'batch' | 'accumulate' | 'validationShare' | 'sampleEvery' | 'evaluateEvery' | 'checkpointEvery'
      >
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

  /** Infinite until it can be estimated. */
  private secondsForSteps(run: {
    step: number
    goal: number
    sampleEvery: number
    evaluateEvery: number
    checkpointEvery: number
  }): number {
    const { step, goal, sampleEvery, evaluateEvery, checkpointEvery } = run
    if (step >= goal) return 0
    if (this.stepsPerSecond === 0) return Infinity
    const { sampling, saving, evaluating } = this.interruptions
    const evaluations =
      evaluateEvery === 0 ? 0 : Math.floor(goal / evaluateEvery) - Math.floor(step / evaluateEvery)
    // Both take place at the end as well.
    const count = (every: number) => (every === 0 ? 1 : Math.ceil(goal / every) - Math.floor(step / every))
    return (
      (goal - step) / this.stepsPerSecond +
      count(sampleEvery) * sampling +
      count(checkpointEvery) * saving +
      evaluations * evaluating
    )
  }
}
