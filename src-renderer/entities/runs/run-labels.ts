import type { TrainProgress } from '#shared/engine-messages.ts'
import { formatCount, formatDuration } from '#shared/format.ts'
import { goalSteps } from '#shared/run-limits.ts'
import type { RunRecord, RunStatus } from '#shared/schemas/run.ts'
import { t } from '../../i18n.ts'

export const statusLabel = (status: RunStatus): string => t(`runs.status.${status}`)

/** “ · about 12 min to go”, or nothing while that is not known. */
export function timeLeftLabel(progress: TrainProgress | undefined): string {
  const seconds = progress?.secondsLeft ?? null
  return seconds === null ? '' : ` · ${t('common.timeLeft', { time: formatDuration(seconds) })}`
}

/** What a run is doing, in a sentence. */
export function runSentence(run: RunRecord, progress: TrainProgress | undefined): string {
  const { status, imageCount: count } = run
  const trained = formatDuration(run.trainedSeconds)
  switch (status) {
    case 'waiting':
    case 'starting':
      return t(`runs.sentence.${status}`, { count })
    case 'training':
      return (
        (progress?.activity === 'sampling'
          ? t('runs.sentence.sampling', { trained })
          : t('runs.sentence.training', { count, trained })) + timeLeftLabel(progress)
      )
    case 'finished': {
      const [steps, images] = [t('common.steps', { count: run.step }), t('common.images', { count })]
      return t('runs.sentence.finished', { trained, steps, images })
    }
    case 'paused':
    case 'stopped':
    case 'interrupted':
    case 'failed': {
      const [step, goal] = [formatCount(run.step), formatCount(goalSteps(run))]
      return t(`runs.sentence.${status}`, { step, goal, trained })
    }
  }
}

/** “just now”, “12 min ago”, or the date. */
export function formatAge(at: number, now = Date.now()): string {
  const seconds = (now - at) / 1000
  if (seconds < 60) return t('runs.age.now')
  if (seconds < 24 * 3600)
    return t('runs.age.ago', { duration: formatDuration(seconds).split(' ').slice(0, 2).join(' ') })
  return new Date(at).toLocaleDateString(undefined, { day: 'numeric', month: 'short', year: 'numeric' })
}

/** A loss with four significant digits. */
export const formatLoss = (value: number): string =>
  Number.isFinite(value) ? (Math.abs(value) >= 1e5 ? value.toExponential(2) : value.toPrecision(4)) : '–'
