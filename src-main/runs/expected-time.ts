import { goalSteps } from '#shared/run-limits.ts'
import { settingFields } from '#shared/schemas/run-config.ts'
import type { SettingKey } from '#shared/schemas/run-config.ts'
import type { RunRecord } from '#shared/schemas/run.ts'

/** Settings outside the network's that decide how long a step takes. */
const costly: readonly SettingKey[] = ['batch', 'accumulate', 'posterior', 'prior', 'precision']

let cachedKeys: SettingKey[] | null = null
/** The settings that decide how long a step takes. */
const costKeys = (): SettingKey[] =>
  (cachedKeys ??= [
    ...settingFields().flatMap(({ key, group }) => (group === 'network' ? [key] : [])),
    ...costly,
  ])

/** Equal for runs whose steps take equally long on one machine. */
const costKey = ({ config, shape, deviceChoice }: RunRecord): string =>
  JSON.stringify([shape, deviceChoice, ...costKeys().map((key) => config[key])])

/** Runs of one cost whose speed is averaged. */
const mostEarlier = 5

/** Steps per second of the newest runs of each cost, the starts of short ones counted in. */
function speedsByCost(earlier: readonly RunRecord[]): Map<string, number> {
  const totals = new Map<string, { runs: number; steps: number; seconds: number }>()
  for (const run of earlier) {
    const total = totals.get(costKey(run)) ?? { runs: 0, steps: 0, seconds: 0 }
    if (run.step === 0 || run.trainedSeconds === 0 || total.runs === mostEarlier) continue
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
  const speeds = speedsByCost(earlier)
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
