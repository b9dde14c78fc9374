import type { ImportProgress } from '#shared/schemas/dataset.ts'
import { formatCount, formatDuration } from '#shared/format.ts'
import { t } from '../../i18n.ts'

/** Progress of an import in words: how far, how fast, and how long it will still take. */
export function importProgressText(progress: ImportProgress | null): string {
  if (!progress) return t('common.starting')
  const { total, problems, imagesPerSecond, secondsLeft } = progress
  const done = formatCount(progress.done)
  return [
    total === undefined
      ? t('library.import.progress.done', { done })
      : t('library.import.progress.doneOf', { done, total: formatCount(total) }),
    imagesPerSecond > 0 && t('library.import.progress.speed', { count: Math.round(imagesPerSecond) }),
    secondsLeft !== undefined && t('common.timeLeft', { time: formatDuration(secondsLeft) }),
    problems > 0 && t('library.import.progress.problems', { count: problems }),
  ]
    .filter(Boolean)
    .join(' · ')
}
