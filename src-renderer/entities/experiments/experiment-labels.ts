import type { TrainProgress } from '#shared/engine-messages.ts'
import type { Experiment } from '#shared/schemas/experiment.ts'
import { imagesPerStep, shareDone } from '#shared/run-limits.ts'
import { rungTitle, settingChanges } from '#shared/ladder.ts'
import { hasEnded as isOver, runsLeft } from '#shared/run-status.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { formatDuration } from '#shared/format.ts'

/** How far the whole is, each run counting the same. */
export function experimentShare(runs: RunRecord[]): number {
  const sum = runs.reduce((all, run) => all + (isOver(run) ? 1 : shareDone(run)), 0)
  return sum / Math.max(1, runs.length)
}

/** The time that is left: known where all that is left has a time limit, else of the run in hand alone. */
export function timeLeft(
  runs: RunRecord[],
  current: { run: RunRecord; progress: TrainProgress | undefined } | null,
): { seconds: number; all: boolean } | null {
  const inHand = current?.progress?.secondsLeft ?? null
  if (!current || inHand === null) return null
  const others = runsLeft(runs).filter(({ id, status }) => id !== current.run.id && status !== 'failed')
  if (others.some(({ config }) => config.minutes === 0)) return { seconds: inHand, all: false }
  const rest = others.map(({ config, trainedSeconds }) => Math.max(0, config.minutes * 60 - trainedSeconds))
  return { seconds: inHand + rest.reduce((sum, seconds) => sum + seconds, 0), all: true }
}

/** What is going on with an experiment, in a sentence. */
export function experimentSentence(
  { activity }: Experiment,
  runs: RunRecord[],
  current: { run: RunRecord; progress: TrainProgress | undefined } | null,
): string {
  const grown = runs.filter(isOver).length
  const failed = runs.filter(({ status }) => status === 'failed').length
  const spent = formatDuration(runs.reduce((sum, { trainedSeconds }) => sum + trainedSeconds, 0))
  const trouble = failed === 0 ? '' : ` · ${failed} failed`
  if (activity === 'reconstructing')
    return `Reconstructing images with what has just grown · ${spent} so far${trouble}`
  if (activity === 'training' && current) {
    const place = runs.findIndex(({ id }) => id === current.run.id) + 1
    const left = timeLeft(runs, current)
    const words = left ? ` · about ${formatDuration(left.seconds)} to go${left.all ? '' : ' for it'}` : ''
    return `System ${place} of ${runs.length} is learning · ${spent} so far${words}${trouble}`
  }
  if (activity === 'training') return `The next system gets ready · ${spent} so far${trouble}`
  if (grown === runs.length)
    return `All ${runs.length} have grown in ${spent} · the same images, seed and budget`
  const left = runs.length - grown - failed
  return left === 0
    ? `${grown} of ${runs.length} have grown${trouble}`
    : `${grown} of ${runs.length} have grown · ${left} to go, paused${trouble}`
}

/** What a system sets otherwise than the one before it; beyond a few, how many more. */
export function changeWords(before: RunRecord | undefined, run: RunRecord, atMost = 3): string[] {
  if (!before) return []
  const changes = settingChanges(before.config, run.config)
  const words = changes.slice(0, atMost).map(({ title, from, to }) => `${title}: ${from} → ${to}`)
  return changes.length > atMost ? [...words, `${changes.length - atMost} more settings`] : words
}

/** KL per pixel: the reference sums it over a batch, which cannot be compared across systems. */
export function klPerPixel({ losses, config, shape }: RunRecord): number {
  const { kl = NaN } = losses
  const numbers = imagesPerStep(config) * shape.height * shape.width * shape.channels
  return config.lossScale === 'sum' ? kl / numbers : kl
}

export { rungTitle }
