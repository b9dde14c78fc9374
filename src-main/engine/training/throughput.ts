import { goalSteps, stepsOfEpochs } from '#shared/run-limits.ts'
import type { EndReason, Limits } from '#shared/run-limits.ts'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import { median } from '#shared/statistics.ts'
import {
  batchesOfEvaluation,
  interruptionsAtEnd,
  interruptionsUntil,
  previewSolverSteps,
  samplesOfDistance,
} from './interruptions.ts'
import type { Interruptions, Intervals } from './interruptions.ts'
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

/** A pass through the network takes this share of a step, which also computes gradients. */
const forwardShare = 1 / 3

/** What training is interrupted for at its intervals, besides sampling. */
export type Interruption = 'checkpoint' | 'evaluation' | 'distance' | 'snapshot'

/** A run as the estimate sees it. */
export interface TimedRun {
  config: Limits &
    Intervals &
    Pick<RunConfig, 'batch' | 'accumulate' | 'validationShare' | 'sampleSteps' | 'sampleCount'>
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
    checkpoint: new RepeatedCost(),
    evaluation: new RepeatedCost(),
    distance: new RepeatedCost(),
    snapshot: new RepeatedCost(),
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
    this.sampling.add('grid', seconds, integration)
  }

  /** The same of a grid in few solver steps, which tells about a regular grid as well. */
  addPreview(seconds: number, integration: IntegrationTimes): void {
    this.sampling.add('preview', seconds, integration)
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
    const bySteps = { endStep: goal, endsBy: stepsOfEpochs(run) < config.steps ? 'epochs' : 'steps' } as const
    const each = this.secondsPerStep
    if (step >= goal) return { ...bySteps, secondsLeft: 0 }
    if (config.minutes === 0) {
      return { ...bySteps, secondsLeft: each === null ? null : this.secondsToEnd({ ...run, each }, goal) }
    }
    const left = Math.max(0, config.minutes * 60 - trainedSeconds)
    if (left === 0) return { secondsLeft: 0, endStep: step, endsBy: 'minutes' }
    if (each === null) return { secondsLeft: left, endStep: null, endsBy: 'minutes' }
    const timed = { ...run, each }
    if (this.trainingSeconds(timed, goal) <= left)
      return { ...bySteps, secondsLeft: this.secondsToEnd(timed, goal) }
    const endStep = firstStep({ after: step, upTo: goal }, (at) => this.trainingSeconds(timed, at) >= left)
    const secondsLeft = left + this.secondsBesides(timed, endStep)
    return { secondsLeft, endStep, endsBy: 'minutes' }
  }

  private secondsToEnd(run: MeasuredRun, goal: number): number {
    return this.trainingSeconds(run, goal) + this.secondsBesides(run, goal)
  }

  /** Training time of the steps up to one, and of what interrupts them. */
  private trainingSeconds(run: MeasuredRun, end: number): number {
    const due = interruptionsUntil(run.config, { step: run.step, goal: end })
    return (end - run.step) * run.each + this.secondsOf(run, { ...due, distances: 0 })
  }

  /** What the end of a run adds, and what is no training time. */
  private secondsBesides(run: MeasuredRun, end: number): number {
    const { distances } = interruptionsUntil(run.config, { step: run.step, goal: end })
    return this.secondsOf(run, { ...interruptionsAtEnd(run.config, end), distances })
  }

  /** By what each has taken. What has not been measured yet goes by what it is made of, or counts nothing. */
  private secondsOf(run: MeasuredRun, due: Interruptions): number {
    const { config, imageCount, each } = run
    const { sampling, costs } = this
    const of = (kind: Interruption, unmeasured: () => number) =>
      costs[kind].isMeasured ? costs[kind].seconds : unmeasured()
    const evaluation = () =>
      (batchesOfEvaluation(config, imageCount) * each * forwardShare) / config.accumulate
    const distance = () =>
      (samplesOfDistance(imageCount) / config.sampleCount) * sampling.integration(config.sampleSteps)
    return (
      due.previews * sampling.previewSeconds(previewSolverSteps(config)) +
      due.grids * sampling.seconds(config.sampleSteps) +
      due.checkpoints * of('checkpoint', () => 0) +
      due.evaluations * of('evaluation', evaluation) +
      due.distances * of('distance', distance) +
      due.snapshots * of('snapshot', () => 0)
    )
  }
}

type MeasuredRun = TimedRun & { each: number }

/** The first step of a range at which something holds that holds from then on; the last where it never does. */
function firstStep({ after, upTo }: { after: number; upTo: number }, holds: (step: number) => boolean) {
  let [low, high] = [after, upTo]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (holds(middle)) high = middle
    else low = middle
  }
  return high
}
