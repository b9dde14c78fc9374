import type { TrainProgress } from '#shared/engine-messages.ts'
import { formatCount, formatDuration, formatEstimate } from '#shared/format.ts'
import { expectedEnd, isTimeUp } from '#shared/run-limits.ts'
import { isLive } from '#shared/run-status.ts'
import type { RunRecord, RunStatus } from '#shared/schemas/run.ts'
import { dateLocale, t } from '../../i18n.ts'

export const statusLabel = (status: RunStatus): string => t(`runs.status.${status}`)

/** “ · about 12 min to go”, or nothing while that is not known. */
export function timeLeftLabel(progress: TrainProgress | undefined): string {
  const seconds = progress?.secondsLeft ?? null
  if (seconds === null) return ''
  if (seconds === 0) return ` · ${t('common.finishing')}`
  return ` · ${t('common.timeLeft', { time: formatDuration(seconds) })}`
}

/** Where a run ends: as its training estimates it, else by its speed so far. */
function endOf(run: RunRecord, progress: TrainProgress | undefined): ReturnType<typeof expectedEnd> {
  return isLive(run) && progress ? { step: progress.totalSteps, by: progress.endsBy } : expectedEnd(run)
}

/** “of 20,000”, “of about 1,450”, “of 10 min of training”. */
export function goalLabel(run: RunRecord, progress?: TrainProgress): string {
  const { step: end, by } = endOf(run, progress)
  if (end === null) return t('run.details.goalMinutes', { time: formatDuration(run.config.minutes * 60) })
  if (by !== 'minutes' || isTimeUp(run)) return t('run.details.goal', { steps: formatCount(end) })
  return t('run.details.goalAbout', { steps: formatEstimate(end) })
}

/** “step 5 of 20,000”, “step 5 of about 1,450” where minutes end the run. */
export function stepLabel(run: RunRecord, progress?: TrainProgress): string {
  const { step: end, by } = endOf(run, progress)
  const step = formatCount(run.step)
  if (end === null) return t('common.step', { step })
  return by === 'minutes' && !isTimeUp(run)
    ? t('common.stepOfAbout', { step, goal: formatEstimate(end) })
    : t('common.stepOf', { step, goal: formatCount(end) })
}

/** What ends a run, in a sentence. */
export function endSentence(run: RunRecord, progress?: TrainProgress): string {
  const { step: end, by } = endOf(run, progress)
  const time = formatDuration(run.config.minutes * 60)
  if (end === null) return t('runs.end.minutes', { time })
  const step = formatCount(end)
  if (by === 'minutes')
    return isTimeUp(run)
      ? t('runs.end.timeUp', { time, step })
      : t('runs.end.minutesAt', { time, step: formatEstimate(end) })
  if (run.step >= end) return t('runs.end.reached', { step })
  return by === 'epochs'
    ? t('runs.end.epochs', { count: run.config.epochs, step })
    : t('runs.end.steps', { step })
}

/** What a run is doing, in a sentence. */
export function runSentence(run: RunRecord, progress: TrainProgress | undefined): string {
  const { status, imageCount: count } = run
  const trained = formatDuration(run.trainedSeconds)
  switch (status) {
    case 'waiting':
    case 'queued':
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
      return t(`runs.sentence.${status}`, { at: stepLabel(run), trained })
    }
  }
}

/** “just now”, “12 min ago”, or the date. */
export function formatAge(at: number, now = Date.now()): string {
  const seconds = (now - at) / 1000
  if (seconds < 60) return t('runs.age.now')
  if (seconds < 24 * 3600)
    return t('runs.age.ago', { duration: formatDuration(seconds).split(' ').slice(0, 2).join(' ') })
  return new Date(at).toLocaleDateString(dateLocale(), { day: 'numeric', month: 'short', year: 'numeric' })
}
