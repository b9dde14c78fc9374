import type { ImportProgress } from '#shared/schemas/dataset.ts'
import { formatCount, formatDuration, formatPlural } from '#shared/format.ts'

/** How far an import is, how fast, and how long still. */
export function importProgressWords(progress: ImportProgress | null): string {
  if (!progress) return 'Starting'
  const { done, total, problems, imagesPerSecond, secondsLeft } = progress
  return [
    total === undefined ? `${formatCount(done)} so far` : `${formatCount(done)} of ${formatCount(total)}`,
    ...(imagesPerSecond > 0 ? [`${formatCount(Math.round(imagesPerSecond))} a second`] : []),
    ...(secondsLeft === undefined ? [] : [`about ${formatDuration(secondsLeft)} to go`]),
    ...(problems > 0 ? [formatPlural(problems, 'problem')] : []),
  ].join(' · ')
}
