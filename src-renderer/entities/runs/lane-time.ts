/** Seconds until the last of some runs has ended, each of which begins in the lane that is free first; 0 without runs. */
export function secondsInLanes(runs: readonly number[], lanes: number): number {
  const ends = Array.from({ length: Math.max(1, lanes) }, () => 0)
  for (const seconds of runs) {
    const next = ends.indexOf(Math.min(...ends))
    ends[next] = (ends[next] ?? 0) + seconds
  }
  return Math.max(...ends)
}
