import type { LengthEstimate } from '#shared/ipc/runs.ts'
import { goalSteps } from '#shared/run-limits.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { costKeys } from '#shared/step-cost.ts'
import { isSameGroup } from '#shared/workers.ts'

/** Equal for runs whose steps take equally long on one machine. */
const costKey = ({ config, shape, deviceChoice, workers }: RunRecord): string =>
  JSON.stringify([shape, deviceChoice, workers, ...costKeys.map((key) => config[key])])

/** Runs of one cost whose speed is averaged. */
const mostEarlier = 5

/** The first steps compile and warm up: fewer of them, or a shorter training, tell nothing unless there are many. */
const fewestSteps = 20
const shortestSeconds = 10
const manySteps = 200

/** Whether a run was trained long enough to tell how fast it trains. */
export const tellsSpeed = ({ step, trainedSeconds }: RunRecord): boolean =>
  trainedSeconds > 0 && (step >= manySteps || (step >= fewestSteps && trainedSeconds >= shortestSeconds))

/** Steps per second of the newest runs of each cost that were trained long enough, or that `alsoTells`. */
function speedsByCost(
  earlier: readonly RunRecord[],
  alsoTells: (run: RunRecord) => boolean = () => false,
): Map<string, number> {
  const totals = new Map<string, { runs: number; steps: number; seconds: number }>()
  for (const run of earlier) {
    const total = totals.get(costKey(run)) ?? { runs: 0, steps: 0, seconds: 0 }
    if (!(tellsSpeed(run) || alsoTells(run)) || total.runs === mostEarlier) continue
    total.runs += 1
    total.steps += run.step
    total.seconds += run.trainedSeconds
    totals.set(costKey(run), total)
  }
  return new Map([...totals].map(([key, { steps, seconds }]) => [key, steps / seconds]))
}

/**
 * Seconds that the training of some runs will take, by the speed of earlier runs with the same network and images, or
 * of the others where a run has none like it; a limit in minutes bounds it. null where nothing tells.
 * @param earlier runs of the same machine, newest first
 */
export function expectedSeconds(runs: readonly RunRecord[], earlier: readonly RunRecord[]): number | null {
  const experiments = new Set(runs.map(({ experimentId }) => experimentId))
  // Runs of one experiment are equally long, so that the start of each counts as much.
  const speeds = speedsByCost(
    earlier,
    ({ experimentId, trainedSeconds }) =>
      experimentId !== null && experiments.has(experimentId) && trainedSeconds > 0,
  )
  const known = runs.flatMap((run) => speeds.get(costKey(run)) ?? [])
  const typical = known.reduce((sum, speed) => sum + speed, 0) / known.length
  const seconds = runs.map((run) => {
    const { minutes } = run.config
    const byTime = minutes > 0 ? Math.max(0, 60 * minutes - run.trainedSeconds) : Infinity
    const speed = speeds.get(costKey(run)) ?? typical
    const bySteps = Number.isNaN(speed) ? Infinity : Math.max(0, goalSteps(run) - run.step) / speed
    return Math.min(byTime, bySteps)
  })
  const total = seconds.reduce((sum, one) => sum + one, 0)
  return Number.isFinite(total) ? total : null
}

/** Work of a step in proportion: positions of all its images times the products of a pair of channels. */
const workOfStep = ({ config, shape }: RunRecord): number => {
  const { batch, accumulate, hidden, patch } = config
  return (batch * accumulate * shape.height * shape.width * hidden ** 2) / Math.max(1, patch) ** 2
}

/** Earlier runs whose work per second is averaged for a run that is unlike all of them. */
const mostUnlike = 10

/**
 * How long a new run will train, by earlier runs of the same cost; where there are none, by the speed of the device, or by
 * the work that the newest others with its architecture did a second, which is rough.
 * @param earlier runs of the same machine, newest first
 */
export function expectedLength(run: RunRecord, earlier: readonly RunRecord[]): LengthEstimate {
  const { config } = run
  const same = speedsByCost(earlier).get(costKey(run))
  const { secondsPerStep = null } = run.automatic ?? {}
  const known = same ?? (secondsPerStep === null ? null : 1 / secondsPerStep)
  const speed = known ?? scaledSpeed(run, earlier)
  const goal = goalSteps(run)
  if (speed === null) {
    const seconds = config.minutes > 0 ? config.minutes * 60 : null
    return { seconds, steps: config.minutes > 0 ? null : goal, basis: null }
  }
  const basis = same !== undefined ? 'same' : known === null ? 'scaled' : basisOfPlan(run)
  const bySteps = goal / speed
  const byMinutes = config.minutes > 0 ? config.minutes * 60 : Infinity
  const steps = bySteps <= byMinutes ? goal : Math.max(1, Math.round(byMinutes * speed))
  return { seconds: Math.min(bySteps, byMinutes), steps, basis }
}

/**
 * Seconds that a run has left to train, by the same; null where nothing tells.
 * @param earlier runs of the same machine, newest first
 */
export function remainingSeconds(run: RunRecord, earlier: readonly RunRecord[]): number | null {
  const { seconds, steps } = expectedLength(run, earlier)
  if (seconds === null) return null
  const byTime = run.config.minutes > 0 ? Math.max(0, 60 * run.config.minutes - run.trainedSeconds) : Infinity
  const left = steps === null ? 1 : Math.max(0, 1 - run.step / steps)
  return Math.min(byTime, seconds * left)
}

/** What the time of a step goes by that was estimated when the run was planned. */
const basisOfPlan = ({ workers, automatic }: RunRecord): LengthEstimate['basis'] =>
  !workers ? 'measured' : automatic?.speed ? 'group' : 'oneProcess'

function scaledSpeed(run: RunRecord, earlier: readonly RunRecord[]): number | null {
  const alike = earlier
    .filter(tellsSpeed)
    .filter((one) => one.config.network === run.config.network && one.deviceChoice === run.deviceChoice)
    .filter((one) => isSameGroup(one.workers, run.workers))
    .slice(0, mostUnlike)
  const work = alike.reduce((sum, one) => sum + workOfStep(one) * one.step, 0)
  const seconds = alike.reduce((sum, one) => sum + one.trainedSeconds, 0)
  return work > 0 ? work / seconds / workOfStep(run) : null
}
