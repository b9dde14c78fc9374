import type { RemotePhase } from '#shared/remote/remote-state.ts'
import type { SendProgress } from './target-access.ts'

/** How often progress is told at most. */
const intervalMs = 250
/** Before that the speed says nothing. */
const measuredMs = 2000

/** Tells how much of what is sent is there, and how long the rest takes by the speed so far. */
export function sendProgress(
  onPhase: (phase: RemotePhase) => void,
  now: () => number = Date.now,
): (progress: SendProgress) => void {
  let first: { what: string; at: number; done: number } | null = null
  let toldAt = -Infinity
  return ({ what, done, total }) => {
    const at = now()
    if (first?.what !== what) {
      first = { what, at, done }
      toldAt = -Infinity
    }
    if (at - toldAt < intervalMs && done < total) return
    toldAt = at
    const sent = done - first.done
    const secondsLeft =
      at - first.at >= measuredMs && sent > 0 ? ((total - done) * (at - first.at)) / sent / 1000 : null
    onPhase({ phase: 'sending', what, share: total > 0 ? done / total : null, secondsLeft })
  }
}
