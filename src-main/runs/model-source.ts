import type { ModelSource } from '#shared/sampling-messages.ts'
import type { CheckpointChoice } from '#shared/schemas/run.ts'
import type { Store } from '../database/store.ts'
import { runFolder } from '../files/data-folder.ts'
import type { RecordedCheckpoints } from './recorded-checkpoints.ts'

/**
 * Where a run's networks are: in its latest checkpoint, or in the one asked for. A new run may have none yet.
 * @throws FlowerbedError `not-found` for a checkpoint that is not there
 */
export function modelSourceOf(
  { store, checkpoints }: { store: Store; checkpoints: RecordedCheckpoints },
  id: string,
  choice?: CheckpointChoice,
): ModelSource {
  const { config, shape } = store.runs.get(id)
  const chosen = choice === undefined ? checkpoints.latest(id) : checkpoints.choose(id, choice)
  return {
    runId: id,
    runDirectory: runFolder(store.directory, id),
    config,
    shape,
    checkpoint: chosen?.file ?? null,
    ...(choice === undefined ? {} : { exact: true }),
  }
}
