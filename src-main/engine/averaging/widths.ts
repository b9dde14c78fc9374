import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import { keptWidths } from '#shared/weight-averaging.ts'
import { foundSnapshots, loadSnapshot } from '../checkpoints/average-snapshot.ts'
import type { SnapshotInfo } from '../checkpoints/average-snapshot.ts'
import type { Checkpoint } from '../checkpoints/checkpoint.ts'
import { averageKinds, stateName } from '../checkpoints/state-names.ts'
import type { Values } from '../graph/program.ts'
import { combineProfiles, exponentOf } from '../model/power-average.ts'
import type { Combination, PowerProfile } from '../model/power-average.ts'
import type { OnStep } from '../sampling/sampling-jobs.ts'

/** An average of a width. */
export interface WidthAverage {
  width: number
  profileError: number
  /** By parameter name. */
  weights: Values
}

/**
 * The averages of some widths at a checkpoint's step, from the snapshots up to it and the checkpoint's own averages, which are
 * exact. Snapshots that cannot be read are left out: the errors of the profiles say what that costs.
 * @returns the averages in the order of `widths`, and how many snapshots they are made of
 * @throws FlowerbedError `conflict` when snapshots are deleted meanwhile
 */
export async function averagesOfWidths(
  runDirectory: string,
  options: { checkpoint: Checkpoint; widths: readonly number[]; onStep: OnStep },
): Promise<{ averages: WidthAverage[]; snapshots: number }> {
  const { checkpoint, widths, onStep } = options
  const { info, state } = checkpoint
  const found = await foundSnapshots(runDirectory, info.step - 1)
  const whole: SnapshotInfo[] = []
  for (const [i, one] of found.entries()) {
    if (fits(await loadSnapshot(runDirectory, one), { state, config: info.config })) whole.push(one)
    await onStep((0.5 * (i + 1)) / found.length)
  }
  const known = [...whole, { step: info.step, widths: [...keptWidths] }].flatMap(profilesOf)
  const combinations = widths.map((width) =>
    combineProfiles({ end: info.step, exponent: exponentOf(width) }, known),
  )
  const kept = averageKinds(info.config).length
  const sums = combinations.map((combination) => new WeightSum(combination))
  for (const [i, one] of whole.entries()) {
    const values = await loadSnapshot(runDirectory, one)
    if (!values)
      throw new FlowerbedError('conflict', errorText('average.snapshotGone'), { where: runDirectory })
    for (const sum of sums) sum.add(averagesOf(values, info.config), kept * i)
    await onStep(0.5 + (0.5 * (i + 1)) / whole.length)
  }
  const own = averagesOf(state, info.config)
  const averages = sums.map((sum, i) => {
    sum.add(own, kept * whole.length)
    return { width: widths[i] as number, profileError: sum.error, weights: sum.weights() }
  })
  return { averages, snapshots: whole.length }
}

const profilesOf = ({ step, widths }: Pick<SnapshotInfo, 'step' | 'widths'>): PowerProfile[] =>
  widths.map((width) => ({ end: step, exponent: exponentOf(width) }))

/** The averages of a state, narrowest first, by parameter name. */
function averagesOf(state: Values, config: RunConfig): Values[] {
  return averageKinds(config).map((kind) => {
    const prefix = stateName(kind, '')
    return Object.fromEntries(
      Object.entries(state).flatMap(([name, values]) =>
        name.startsWith(prefix) ? [[name.slice(prefix.length), values]] : [],
      ),
    )
  })
}

/** Whether a snapshot could be read and has the arrays of the checkpoint's averages. */
function fits(
  snapshot: Values | null,
  { state, config }: { state: Values; config: RunConfig },
): snapshot is Values {
  const prefixes = averageKinds(config).map((kind) => stateName(kind, ''))
  return Object.entries(state).every(
    ([name, { length }]) =>
      !prefixes.some((prefix) => name.startsWith(prefix)) || snapshot?.[name]?.length === length,
  )
}

/** Adds weights up in double precision, each times its factor. */
class WeightSum {
  private readonly combination: Combination
  private readonly sums = new Map<string, Float64Array>()

  constructor(combination: Combination) {
    this.combination = combination
  }

  get error(): number {
    return this.combination.error
  }

  /** @param first which of the known profiles the first of `averages` is of */
  add(averages: Values[], first: number): void {
    for (const [i, average] of averages.entries()) {
      const factor = this.combination.factors[first + i] ?? 0
      for (const [name, values] of Object.entries(average)) {
        const sum = this.sums.get(name) ?? new Float64Array(values.length)
        this.sums.set(name, sum)
        for (let at = 0; at < values.length; at++)
          sum[at] = (sum[at] as number) + factor * (values[at] as number)
      }
    }
  }

  weights(): Values {
    return Object.fromEntries([...this.sums].map(([name, sum]) => [name, Float32Array.from(sum)]))
  }
}
