import type { ImportProgress } from '#shared/schemas/dataset.ts'
import { formatCount, formatDuration, formatPlural } from '#shared/format.ts'

/** How far an import is, how fast, and how long still. */
export function importProgressWords(progress: ImportProgress | null): string {
  if (!progress) return 'Starting'
  const { done, total, problems, picturesPerSecond, secondsLeft } = progress
  return [
    total === undefined ? `${formatCount(done)} so far` : `${formatCount(done)} of ${formatCount(total)}`,
    ...(picturesPerSecond > 0 ? [`${formatCount(Math.round(picturesPerSecond))} a second`] : []),
    ...(secondsLeft === undefined ? [] : [`about ${formatDuration(secondsLeft)} to go`]),
    ...(problems > 0 ? [formatPlural(problems, 'problem')] : []),
  ].join(' · ')
}
