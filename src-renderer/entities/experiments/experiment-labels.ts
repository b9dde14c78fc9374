import type { TrainProgress } from '#shared/engine-messages.ts'
import { formatDuration } from '#shared/format.ts'
import { settingChanges } from '#shared/ladder.ts'
import { imagesPerStep, shareDone } from '#shared/run-limits.ts'
import { hasEnded, runsLeft } from '#shared/run-status.ts'
import type { Experiment } from '#shared/schemas/experiment.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { t } from '../../i18n.ts'

/** The run that trains, with what the engine last reported. */
export interface CurrentRun {
  run: RunRecord
  progress: TrainProgress | undefined
  /** Seconds that a run which waits is expected to train; null where nothing tells. */
  expected?: (runId: string) => number | null
}

/** Progress of an experiment in [0, 1], each run counting the same. */
export function experimentShare(runs: RunRecord[]): number {
  const sum = runs.reduce((all, run) => all + (hasEnded(run) ? 1 : shareDone(run)), 0)
  return sum / Math.max(1, runs.length)
}

/** The time that is left: of all runs where it is known or expected of each, else of the current run alone. */
export function timeLeft(
  runs: RunRecord[],
  current: CurrentRun | null,
): { seconds: number; all: boolean } | null {
  const ofCurrent = current?.progress?.secondsLeft ?? null
  if (!current || ofCurrent === null) return null
  const others = runsLeft(runs).filter(({ id, status }) => id !== current.run.id && status !== 'failed')
  let seconds = ofCurrent
  for (const { id, config, trainedSeconds } of others) {
    const limit = config.minutes > 0 ? Math.max(0, config.minutes * 60 - trainedSeconds) : null
    const rest = current.expected?.(id) ?? limit
    if (rest === null) return { seconds: ofCurrent, all: false }
    seconds += rest
  }
  return { seconds, all: true }
}

/** The state of an experiment in one line. */
export function experimentState(
  { activity, kind }: Experiment,
  runs: RunRecord[],
  current: CurrentRun | null,
): string {
  const total = runs.length
  const trained = runs.filter(hasEnded).length
  const failed = runs.filter(({ status }) => status === 'failed').length
  const time = formatDuration(runs.reduce((sum, { trainedSeconds }) => sum + trainedSeconds, 0))
  const spent = t('experiment.state.spent', { time })
  const failures = failed === 0 ? [] : [t('experiment.state.failed', { count: failed })]
  if (activity === 'reconstructing') return joined(t('experiment.state.reconstructing'), spent, ...failures)
  if (activity === 'training' && current) {
    // A failed run that is tried again is counted once.
    const done = runs.filter((run) => run.id !== current.run.id && (hasEnded(run) || run.status === 'failed'))
    return joined(
      t('experiment.state.training', { index: done.length + 1, total }),
      spent,
      ...timeLeftLabels(timeLeft(runs, current)),
      ...failures,
    )
  }
  if (activity === 'training') return joined(t('experiment.state.preparing'), spent, ...failures)
  if (activity === 'queued') {
    const count = runs.filter(({ status }) => status === 'queued').length
    return joined(t('experiment.state.queued', { count }), ...failures)
  }
  if (trained === total) {
    const shared = t(kind === 'ladder' ? 'experiment.state.sameSeed' : 'experiment.state.sameBudget')
    return joined(t('experiment.state.finished', { total, time }), shared)
  }
  const left = total - trained - failed
  const paused = left === 0 ? [] : [t('experiment.state.paused', { count: left })]
  return joined(t('experiment.state.trained', { trained, total }), ...paused, ...failures)
}

const joined = (...parts: string[]): string => parts.join(' · ')

function timeLeftLabels(left: { seconds: number; all: boolean } | null): string[] {
  if (!left) return []
  const time = formatDuration(left.seconds)
  return [t(left.all ? 'common.timeLeft' : 'experiment.state.leftForRun', { time })]
}

/** The settings that differ from the system before; beyond a few, how many more. */
export function changeLabels(before: RunRecord | undefined, run: RunRecord, limit = 3): string[] {
  if (!before) return []
  const changes = settingChanges(before.config, run.config)
  const labels = changes
    .slice(0, limit)
    .map(({ title, from, to }) => t('experiment.changes.setting', { title, from, to }))
  const more = changes.length - limit
  return more > 0 ? [...labels, t('experiment.changes.more', { count: more })] : labels
}

/** KL per pixel: the reference sums it over a batch, which cannot be compared across systems. */
export function klPerPixel({ losses, config, shape }: RunRecord): number {
  const { kl = NaN } = losses
  const numbers = imagesPerStep(config) * shape.height * shape.width * shape.channels
  return config.lossScale === 'sum' ? kl / numbers : kl
}
