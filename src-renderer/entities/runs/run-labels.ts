import type { TrainProgress } from '#shared/engine-messages.ts'
import { goalSteps } from '#shared/run-limits.ts'
import type { RunRecord, RunStatus } from '#shared/schemas/run.ts'
import { formatCount, formatDuration, formatPlural } from '#shared/format.ts'

export const statusWords: Record<RunStatus, string> = {
  waiting: 'Waiting',
  starting: 'Starting',
  training: 'Learning',
  paused: 'Paused',
  finished: 'Grown',
  stopped: 'Stopped',
  interrupted: 'Interrupted',
  failed: 'Failed',
}

/** “ · about 12 min to go”, or nothing while that cannot be told. */
export function toGo(progress: TrainProgress | undefined): string {
  const seconds = progress?.secondsLeft ?? null
  return seconds === null ? '' : ` · about ${formatDuration(seconds)} to go`
}

/** What is going on with a run, in a sentence. */
export function runSentence(run: RunRecord, progress: TrainProgress | undefined): string {
  const images = formatPlural(run.imageCount, 'image')
  const trained = formatDuration(run.trainedSeconds)
  const step = `step ${formatCount(run.step)} of ${formatCount(goalSteps(run))}`
  switch (run.status) {
    case 'waiting':
      return `Waits for its turn to learn from ${images}`
    case 'starting':
      return `Getting ready to learn from ${images}`
    case 'training': {
      const doing = progress?.activity === 'sampling' ? 'Sampling what it knows' : `Learning from ${images}`
      return `${doing} · ${trained} so far${toGo(progress)}`
    }
    case 'paused':
      return `Paused at ${step} after ${trained} · saved, and the device’s memory is free`
    case 'finished':
      return `Learned from ${images} for ${trained} · ${formatPlural(run.step, 'step')}`
    case 'stopped':
      return `Stopped at ${step} after ${trained}`
    case 'interrupted':
      return `Interrupted at ${step} · what was saved is safe`
    case 'failed':
      return `Could not go on at ${step} · what was saved is safe`
  }
}

/** “just now”, “12 min ago”, or the date. */
export function formatAge(at: number, now = Date.now()): string {
  const seconds = (now - at) / 1000
  if (seconds < 60) return 'just now'
  if (seconds < 24 * 3600) return `${formatDuration(seconds).split(' ').slice(0, 2).join(' ')} ago`
  return new Date(at).toLocaleDateString(undefined, { day: 'numeric', month: 'short', year: 'numeric' })
}

/** A loss with four digits that mean something. */
export const formatLoss = (value: number): string =>
  Number.isFinite(value) ? (Math.abs(value) >= 1e5 ? value.toExponential(2) : value.toPrecision(4)) : '–'
