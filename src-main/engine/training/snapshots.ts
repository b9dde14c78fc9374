import { mkdir } from 'node:fs/promises'
import { desktopText } from '#shared/desktop-text.ts'
import { keptWidths } from '#shared/weight-averaging.ts'
import { deleteSnapshots, snapshotInterval } from '../../files/average-snapshots.ts'
import { saveSnapshot } from '../checkpoints/average-snapshot.ts'
import { averageKinds, stateName } from '../checkpoints/state-names.ts'
import { checkFiniteState } from './checks.ts'
import { takesSnapshots } from './interruptions.ts'
import type { TrainingRun } from './training-run.ts'

/** Deletes what a continuation that was abandoned has left: snapshots of steps that are to be trained. */
export async function deleteLaterSnapshots({ config, request, step }: TrainingRun): Promise<void> {
  if (takesSnapshots(config)) await deleteSnapshots(request.runDirectory, (at) => at > step)
}

/**
 * Writes a snapshot of the averages where one is due, and deletes those between which it makes the distance too short. One
 * that has no room beside the next checkpoint is left out, which makes averages of other widths less exact.
 */
export async function takeSnapshot(run: TrainingRun): Promise<void> {
  const { config, step, request, parts, clock } = run
  const { runId, runDirectory } = request
  // Minutes end a run at a step that is not known; its steps are then only the most there may be.
  const interval = snapshotInterval(step, config.minutes > 0 ? Infinity : run.goal)
  if (!takesSnapshots(config) || step % interval !== 0) return
  const startedAt = clock.now()
  const names = averageKinds(config).flatMap((kind) =>
    parts.system.parameters.map(({ name }) => stateName(kind, name)),
  )
  const averages = run.stepRunner.read(names)
  checkFiniteState(averages, step)
  await mkdir(runDirectory, { recursive: true })
  if (await parts.checkpointWriter.hasRoom()) {
    const saved = await saveSnapshot({
      runDirectory,
      info: { runId, step, widths: [...keptWidths] },
      averages,
    })
    await deleteSnapshots(runDirectory, (at) => at < step && at % interval !== 0)
    run.emit({ type: 'snapshot', record: { ...saved, interval } })
  } else run.emit({ type: 'warning', runId, message: desktopText('warning.noRoomForSnapshot', { step }) })
  run.throughput.addInterruption('snapshot', clock.secondsSince(startedAt))
}
