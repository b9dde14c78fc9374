import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Precision, RunConfig } from '#shared/schemas/run-config.ts'
import type { Machine } from '#shared/schemas/run.ts'

/** In what a run's products are computed, and why, in words that follow a colon. */
export interface PrecisionChoice {
  precision: Precision
  why: string
}

/** Each precision is timed over so many steps at most, and no new round of them begins after so long. */
const roundsAtMost = 5
const secondsAtMost = 6

/**
 * The precision of a run where nothing has to be timed: it was asked for, a checkpoint has it, or the device has nothing
 * quicker than fp32. Null where the two are to be timed.
 */
export function knownPrecision(options: {
  wanted: RunConfig['precision']
  /** What the device may be quicker in. */
  fast: Precision
  device: Machine['device']
  /** The machine of the checkpoint to resume from, where steps were taken before it. */
  resumed: Machine | null
}): PrecisionChoice | null {
  const { wanted, fast, device, resumed } = options
  if (wanted !== 'auto') return { precision: wanted, why: 'chosen in the settings' }
  if (resumed?.device === device) {
    // Older checkpoints do not tell: they were made with what the device was thought to be quicker in.
    const { precision = fast, precisionWhy = 'as before the run was resumed' } = resumed
    // Elsewhere it may be one that the device does not have.
    if (precision === 'fp32' || precision === fast) return { precision, why: precisionWhy }
  }
  return fast === 'fp32' ? { precision: fast, why: 'this device is not quicker in 16 bits' } : null
}

/** Takes steps that count for nothing but the time they take. */
export interface TrialSteps {
  take: (step: number) => Promise<unknown>
  dispose: () => Promise<void>
}

/**
 * Times steps in fp32 and in `fast` and takes the quicker; answers it with what its steps were taken by, for further use.
 * The least time of each counts, since other programs only add to it.
 */
export async function timedPrecision<T extends TrialSteps>(options: {
  fast: Precision
  make: (precision: Precision) => T
  /** Whether both fit into memory: they then take turns, else one comes after the other. */
  together: boolean
  now: () => number
  /** Asked between steps; what was not timed until then is computed in fp32. */
  givenUp: () => boolean
}): Promise<PrecisionChoice & { steps: T }> {
  const { fast, make, together } = options
  const precisions: Precision[] = ['fp32', fast]
  const seconds = new Map<Precision, number>()
  const made = new Map<Precision, T>()
  const end = async (precision: Precision) => {
    const steps = made.get(precision)
    made.delete(precision)
    await steps?.dispose()
  }
  try {
    for (const group of together ? [precisions] : precisions.map((each) => [each])) {
      for (const [before] of made) await end(before)
      for (const precision of group) made.set(precision, make(precision))
      for (const [precision, least] of await leastSeconds(made, options)) seconds.set(precision, least)
    }
    const [exact, rounded] = precisions.map((each) => seconds.get(each))
    const isTimed = exact !== undefined && rounded !== undefined
    const precision = isTimed && rounded < exact ? fast : 'fp32'
    await end(precision === fast ? 'fp32' : fast)
    const steps = made.get(precision) ?? make(precision)
    made.delete(precision)
    const why = isTimed
      ? `${fast} takes ${(rounded / exact).toFixed(2)} of fp32’s time per step, measured at the start of the run`
      : 'the run ended before its steps were timed'
    return { precision, why, steps }
  } finally {
    for (const [left] of made) await end(left)
  }
}

/** The least time of a step of each, in turns; nothing when given up before each was timed. */
async function leastSeconds(
  made: Map<Precision, TrialSteps>,
  { together, now, givenUp }: { together: boolean; now: () => number; givenUp: () => boolean },
): Promise<Map<Precision, number>> {
  const least = new Map<Precision, number>()
  // The first step builds the graph.
  for (const steps of made.values()) {
    if (givenUp()) return least
    await steps.take(1)
    await nextTurn()
  }
  const until = now() + 1000 * (together ? secondsAtMost : secondsAtMost / 2)
  for (let round = 0; round < roundsAtMost && (round === 0 || now() < until); round++) {
    for (const [precision, steps] of made) {
      if (givenUp()) return round > 0 ? least : new Map()
      const from = now()
      await steps.take(round + 2)
      least.set(precision, Math.min(least.get(precision) ?? Infinity, (now() - from) / 1000))
      // Messages are answered here.
      await nextTurn()
    }
  }
  return least
}
