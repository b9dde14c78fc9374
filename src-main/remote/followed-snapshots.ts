import type { EngineEvent } from '#shared/engine-messages.ts'
import { deleteSnapshots } from '../files/average-snapshots.ts'

/**
 * Deletes here what training there has deleted of its snapshots of averages: those between which the distance has become too
 * short, and those of steps that are trained again. Called with events whose files are here already.
 */
export async function followSnapshots(runDirectory: string, events: readonly EngineEvent[]): Promise<void> {
  for (const [i, event] of events.entries()) {
    if (event.type === 'snapshot') {
      const { step, interval } = event.record
      await deleteSnapshots(runDirectory, (at) => at < step && at % interval !== 0)
    } else if (event.type === 'started' || event.type === 'workersLost') {
      const later = events.slice(i + 1).flatMap((one) => (one.type === 'snapshot' ? [one.record.step] : []))
      await deleteSnapshots(runDirectory, (at) => at > event.step && !later.includes(at))
    }
  }
}
