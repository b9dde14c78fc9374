import { setImmediate as nextTurn } from 'node:timers/promises'
import { desktopText } from '#shared/desktop-text.ts'
import type { Precision, RunConfig } from '#shared/schemas/run-config.ts'
import type { Machine } from '#shared/schemas/run.ts'
import type { DeviceSpeed } from '#shared/schemas/automatic.ts'
import type { StepCost } from '#shared/step-cost.ts'

/** The precision of a run's matrix products, and why it was chosen, as text that follows a colon. */
export interface PrecisionChoice {
  precision: Precision
  why: string
}

/** Each precision is timed over at most this many steps, and no new round of them starts after this time. */
const roundsAtMost = 5
const secondsAtMost = 6

/**
 * The precision of a run where nothing has to be timed: the settings or a checkpoint name it, or fp32 is the fastest
 * that the device has. Null where fp32 and `fast` are to be timed.
 */
export function knownPrecision(options: {
  setting: RunConfig['precision']
  /** The precision that may be the fastest on the device. */
  fast: Precision
  device: Machine['device']
  /** The machine of the checkpoint to resume from, where steps were taken before it. */
  resumed: Machine | null
}): PrecisionChoice | null {
  const { setting, fast, device, resumed } = options
  if (setting !== 'auto') return { precision: setting, why: desktopText('precision.chosen') }
  if (resumed?.device === device) {
    // Checkpoints of older versions lack it: their steps were computed in `fast`.
    const { precision = fast, precisionWhy = desktopText('precision.asBefore') } = resumed
    // A checkpoint of another machine may name a precision that this device lacks.
    if (precision === 'fp32' || precision === fast) return { precision, why: precisionWhy }
  }
  return fast === 'fp32' ? { precision: fast, why: desktopText('precision.notFaster') } : null
}

/** 16 bits need not be timed in a run where they take at most this share of the time of the same arithmetic in fp32. */
const clearShare = 0.85

/**
 * `fast`, where by the measured speed of the device it is clearly faster and most of a step's time is arithmetic: a run then
 * starts sooner, since one step is built instead of two. Else null.
 */
export function precisionBySpeed(options: {
  fast: Precision
  speed: DeviceSpeed
  cost: StepCost
}): PrecisionChoice | null {
  const { fast, speed, cost } = options
  const { fastShare = 1, flopsPerSecond, secondsPerOperation } = speed
  const isMostlyArithmetic = cost.flops / flopsPerSecond > cost.operations * secondsPerOperation
  if (fastShare > clearShare || !isMostlyArithmetic) return null
  return {
    precision: fast,
    why: desktopText('precision.bySpeed', { fast, share: fastShare.toFixed(2) }),
  }
}

/** Takes steps of which only the time counts. */
export interface TrialSteps {
  takeStep: (step: number) => Promise<unknown>
  dispose: () => Promise<void>
}

/**
 * Times steps in fp32 and in `fast` and chooses the faster; also returns what took its steps, for further use.
 * The minimum of each counts, since other programs only add time.
 */
export async function timedPrecision<T extends TrialSteps>(options: {
  fast: Precision
  make: (precision: Precision) => T
  /** Whether both fit into memory: their steps then alternate, else one is timed after the other. */
  together: boolean
  now: () => number
  /** Checked between steps; when cancelled before both are timed, the choice is fp32. */
  isCancelled: () => boolean
}): Promise<PrecisionChoice & { steps: T }> {
  const { fast, make, together } = options
  const precisions: Precision[] = ['fp32', fast]
  const seconds = new Map<Precision, number>()
  const made = new Map<Precision, T>()
  const dispose = async (precision: Precision) => {
    const steps = made.get(precision)
    made.delete(precision)
    await steps?.dispose()
  }
  try {
    for (const group of together ? [precisions] : precisions.map((each) => [each])) {
      for (const [before] of made) await dispose(before)
      for (const precision of group) made.set(precision, make(precision))
      for (const [precision, minimum] of await minimumSeconds(made, options)) seconds.set(precision, minimum)
    }
    const [fp32Seconds, fastSeconds] = precisions.map((each) => seconds.get(each))
    const isTimed = fp32Seconds !== undefined && fastSeconds !== undefined
    const precision = isTimed && fastSeconds < fp32Seconds ? fast : 'fp32'
    await dispose(precision === fast ? 'fp32' : fast)
    const steps = made.get(precision) ?? make(precision)
    made.delete(precision)
    const why = isTimed
      ? desktopText('precision.timed', { fast, share: (fastSeconds / fp32Seconds).toFixed(2) })
      : desktopText('precision.notTimed')
    return { precision, why, steps }
  } finally {
    for (const [left] of made) await dispose(left)
  }
}

/** The minimum time of a step in each precision, their steps alternating; empty when cancelled before each was timed. */
async function minimumSeconds(
  made: Map<Precision, TrialSteps>,
  { together, now, isCancelled }: { together: boolean; now: () => number; isCancelled: () => boolean },
): Promise<Map<Precision, number>> {
  const minimum = new Map<Precision, number>()
  // The first step builds the graph.
  for (const steps of made.values()) {
    if (isCancelled()) return minimum
    await steps.takeStep(1)
    await nextTurn()
  }
  const deadline = now() + 1000 * (together ? secondsAtMost : secondsAtMost / 2)
  for (let round = 0; round < roundsAtMost && (round === 0 || now() < deadline); round++) {
    for (const [precision, steps] of made) {
      if (isCancelled()) return round > 0 ? minimum : new Map()
      const from = now()
      await steps.takeStep(round + 2)
      minimum.set(precision, Math.min(minimum.get(precision) ?? Infinity, (now() - from) / 1000))
      // Lets the engine answer messages.
      await nextTurn()
    }
  }
  return minimum
}
