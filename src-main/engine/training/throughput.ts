import { goalSteps, stepsOfEpochs } from '#shared/run-limits.ts'
import type { EndReason, Limits } from '#shared/run-limits.ts'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import { median } from '#shared/statistics.ts'
import { RepeatedCost, SamplingCost } from './repeated-costs.ts'
import type { IntegrationTimes } from './repeated-costs.ts'

/** The speed shown is that of the last seconds spent in steps, at least of a few steps. */
const windowSeconds = 10
const windowSteps = 5
/** The estimate goes by the later half of the steps, at most by this many. */
const mostSteps = 2048
/** The first call of a process optimizes and tunes the graph; later ones only run it. */
const warmUpSteps = 1
/** No speed is given before this many steps. */
const leastSteps = 3
/** A step counts as at most this many times the median: the computer slept, or other work held it up. */
const outlierFactor = 5

/** What training is interrupted for at its intervals, besides sampling. */
export type Interruption = 'saving' | 'evaluation' | 'quality'

/** A run as the estimate sees it. */
export interface TimedRun {
  config: Limits &
    Pick<
      RunConfig,
      | 'batch'
      | 'accumulate'
      | 'validationShare'
      | 'sampleEvery'
      | 'sampleSteps'
      | 'evaluateEvery'
      | 'checkpointEvery'
    >
  imageCount: number
  step: number
  trainedSeconds: number
}

/** When a run will end: in how many seconds, at which step, and by which of its limits; null while unknown. */
export interface Expectation {
  secondsLeft: number | null
  endStep: number | null
  endsBy: EndReason
}

/**
 * Measures how fast a run trains and estimates its end. Steps, sampling, evaluation and checkpoints are timed apart and
 * counted by their intervals; what only happens once, as building the graph, is left out.
 */
export class ThroughputMeter {
  private durations: number[] = []
  private warmUp: number[] = []
  private readonly sampling = new SamplingCost()
  private readonly costs: Record<Interruption, RepeatedCost> = {
    saving: new RepeatedCost(),
    evaluation: new RepeatedCost(),
    quality: new RepeatedCost(),
  }

  /** @param seconds how long one more step took */
  addStep(seconds: number): void {
    if (this.warmUp.length < warmUpSteps) {
      this.warmUp.push(seconds)
      return
    }
    this.durations.push(seconds)
    if (this.durations.length > 2 * mostSteps) this.durations = this.durations.slice(-mostSteps)
  }

  /** @param seconds how long an interruption took */
  addInterruption(kind: Interruption, seconds: number): void {
    this.costs[kind].add(seconds)
  }

  /** @param seconds how long sampling a grid took, its integration timed apart */
  addSampling(seconds: number, integration: IntegrationTimes): void {
    this.sampling.add(seconds, integration)
  }

  /** A grid in few solver steps tells what one takes, but not the rest of a regular grid. */
  addPreview(integration: IntegrationTimes): void {
    this.sampling.addIntegration(integration)
  }

  /** Expected seconds of a grid of samples; 0 before any. */
  secondsForSampling(solverSteps: number): number {
    return this.sampling.seconds(solverSteps)
  }

  /** Steps per second over the last seconds spent in steps alone; 0 until a few are measured. */
  get stepsPerSecond(): number {
    return this.durations.length >= leastSteps ? this.recentSpeed : 0
  }

  /** The same for the record of a finished run, however short it was. */
  get finalStepsPerSecond(): number {
    if (this.durations.length > 0) return this.recentSpeed
    const [first = 0] = this.warmUp
    return first > 0 ? 1 / first : 0
  }

  private get recentSpeed(): number {
    let [count, sum] = [0, 0]
    for (const seconds of this.durations.toReversed()) {
      if (count >= windowSteps && sum + seconds > windowSeconds) break
      count += 1
      sum += seconds
    }
    return sum > 0 ? count / sum : 0
  }

  /** Mean seconds of a step in the later half of the steps, with outliers cut; null until a few are measured. */
  private get secondsPerStep(): number | null {
    if (this.durations.length < leastSteps) return null
    const count = Math.min(mostSteps, Math.max(windowSteps, Math.ceil(this.durations.length / 2)))
    const recent = this.durations.slice(-count)
    const most = outlierFactor * median(recent)
    return recent.reduce((sum, seconds) => sum + Math.min(seconds, most), 0) / recent.length
  }

  /** When the run will end by steps, epochs or minutes, whichever comes first at the speed measured. */
  expect(run: TimedRun): Expectation {
    const { config, step, trainedSeconds } = run
    const goal = goalSteps(run)
    const bySteps = this.secondsForSteps(run, goal)
    const byMinutes = config.minutes > 0 ? Math.max(0, config.minutes * 60 - trainedSeconds) : Infinity
    if (bySteps <= byMinutes) {
      return {
        secondsLeft: Number.isFinite(bySteps) ? bySteps : null,
        endStep: goal,
        endsBy: stepsOfEpochs(run) < config.steps ? 'epochs' : 'steps',
      }
    }
    const each = this.secondsPerStepWithCosts(config)
    const steps = byMinutes === 0 ? 0 : each === null ? null : Math.max(1, Math.round(byMinutes / each))
    return {
      // The kernel distance is not measured in training time.
      secondsLeft:
        byMinutes === 0
          ? 0
          : byMinutes +
            this.finalSeconds(config) +
            multiples(config.evaluateEvery, { step, goal: step + (steps ?? 0) }) * this.costs.quality.seconds,
      endStep: steps === null ? null : Math.min(goal, step + steps),
      endsBy: 'minutes',
    }
  }

  /** Infinite until it can be estimated. */
  private secondsForSteps({ config, step }: TimedRun, goal: number): number {
    if (step >= goal) return 0
    const each = this.secondsPerStep
    if (each === null) return Infinity
    const { sampleEvery, checkpointEvery, evaluateEvery, sampleSteps } = config
    // What is due at intervals takes place at the end as well.
    const count = (every: number) => (every === 0 ? 1 : Math.ceil(goal / every) - Math.floor(step / every))
    return (
      (goal - step) * each +
      count(sampleEvery) * this.sampling.seconds(sampleSteps) +
      count(checkpointEvery) * this.costs.saving.seconds +
      countOfEither({ step, goal, sampleEvery, checkpointEvery }) * this.costs.evaluation.seconds +
      multiples(evaluateEvery, { step, goal }) * this.costs.quality.seconds
    )
  }

  /** A step with its share of what training is interrupted for. */
  private secondsPerStepWithCosts(config: TimedRun['config']): number | null {
    const each = this.secondsPerStep
    if (each === null) return null
    const { sampleEvery, checkpointEvery, sampleSteps } = config
    const rate = (every: number) => (every === 0 ? 0 : 1 / every)
    return (
      each +
      rate(sampleEvery) * this.sampling.seconds(sampleSteps) +
      rate(checkpointEvery) * this.costs.saving.seconds +
      rateOfEither(sampleEvery, checkpointEvery) * this.costs.evaluation.seconds
    )
  }

  /** What follows the last step. */
  private finalSeconds({ sampleSteps }: TimedRun['config']): number {
    const { saving, evaluation } = this.costs
    return evaluation.seconds + saving.seconds + this.sampling.seconds(sampleSteps)
  }
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b))

/** Steps per step that are multiples of one interval or of the other; 0 stands for never. */
function rateOfEither(a: number, b: number): number {
  if (a === 0 || b === 0) return a + b === 0 ? 0 : 1 / (a + b)
  return 1 / a + 1 / b - gcd(a, b) / (a * b)
}

/** Multiples of an interval after `step` up to `goal`; 0 stands for never. */
const multiples = (every: number, { step, goal }: { step: number; goal: number }): number =>
  every === 0 ? 0 : Math.floor(goal / every) - Math.floor(step / every)

/** Multiples of one interval or of the other after `step` up to `goal`, and `goal` itself. */
function countOfEither(run: { step: number; goal: number; sampleEvery: number; checkpointEvery: number }) {
  const { step, goal, sampleEvery: a, checkpointEvery: b } = run
  const both = a === 0 || b === 0 ? 0 : (a * b) / gcd(a, b)
  const isMultiple = (every: number) => every > 0 && goal % every === 0
  const count = (every: number) => multiples(every, { step, goal })
  return count(a) + count(b) - count(both) + (isMultiple(a) || isMultiple(b) ? 0 : 1)
}
