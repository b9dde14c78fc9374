import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError, toFlowerbedError } from '#shared/errors.ts'
import { AttributeRepository } from './repositories/attributes.ts'
import { CheckpointRepository } from './repositories/checkpoints.ts'
import { CompareViewRepository } from './repositories/compare-views.ts'
import { DatasetRepository } from './repositories/datasets.ts'
import { inTransaction } from './driver.ts'
import type { Database } from './driver.ts'
import { EvaluationRepository } from './repositories/evaluations.ts'
import { ExperimentRepository } from './repositories/experiments.ts'
import { LeaseRepository } from './repositories/leases.ts'
import { MetricRepository } from './repositories/metrics.ts'
import { openHistory } from './open-database.ts'
import type { OpenOptions } from './open-database.ts'
import { PinnedPairRepository } from './repositories/pinned-pairs.ts'
import { RunEventRepository } from './repositories/run-events.ts'
import { RunRepository } from './repositories/runs.ts'
import { RunQueueRepository } from './repositories/run-queue.ts'
import { RunFolderRepository } from './repositories/run-folders.ts'
import { RunLaunchRepository } from './repositories/run-launches.ts'
import { SampleMarkRepository } from './repositories/sample-marks.ts'
import { SampleRepository } from './repositories/samples.ts'
import { SearchRepository } from './repositories/search.ts'
import { SettingRepository } from './repositories/settings.ts'
import { TargetRepository } from './repositories/targets.ts'
import { UnreadableRows } from './unreadable.ts'

/** A data folder's database, one repository a table. */
export interface Store {
  readonly directory: string
  /** Nothing may be written: the folder refuses it, and only reading was asked for. */
  readonly readOnly: boolean
  readonly database: Database
  readonly datasets: DatasetRepository
  readonly experiments: ExperimentRepository
  readonly runs: RunRepository
  readonly leases: LeaseRepository
  readonly launches: RunLaunchRepository
  readonly folders: RunFolderRepository
  readonly queue: RunQueueRepository
  readonly events: RunEventRepository
  readonly metrics: MetricRepository
  readonly samples: SampleRepository
  readonly marks: SampleMarkRepository
  readonly pairs: PinnedPairRepository
  readonly attributes: AttributeRepository
  readonly evaluations: EvaluationRepository
  readonly checkpoints: CheckpointRepository
  readonly settings: SettingRepository
  readonly search: SearchRepository
  readonly compareViews: CompareViewRepository
  readonly targets: TargetRepository
  /** What lists have left out. */
  readonly unreadable: UnreadableRows
  /** Runs `work` in one transaction, over several repositories. @throws what `work` or SQLite throws, with nothing stored */
  transaction: (work: () => void) => void
  close: () => void
}

/**
 * Opens, and if need be makes, the history in a data folder. App and CLI may have it open at the same time.
 * @throws FlowerbedError in plain words: `corrupt` for a damaged file, `conflict` for one of a newer Flowerbed or in use,
 * `no-space`, `bad-input` for a folder that cannot be written to, `unavailable` for a disk that fails
 */
export function openStore(directory: string, options: OpenOptions = {}): Store {
  makeFolder(directory)
  const { database: db, readOnly, close } = openHistory(join(directory, 'flowerbed.sqlite'), options)
  const unreadable = new UnreadableRows()
  const metrics = new MetricRepository(db)
  return {
    directory,
    readOnly,
    database: db,
    datasets: new DatasetRepository(db, directory, unreadable),
    experiments: new ExperimentRepository(db, unreadable),
    runs: new RunRepository(db, unreadable),
    leases: new LeaseRepository(db),
    launches: new RunLaunchRepository(db),
    folders: new RunFolderRepository(db),
    queue: new RunQueueRepository(db),
    events: new RunEventRepository(db),
    metrics,
    samples: new SampleRepository(db, unreadable),
    evaluations: new EvaluationRepository(db, unreadable),
    checkpoints: new CheckpointRepository(db, unreadable),
    pairs: new PinnedPairRepository(db, unreadable),
    attributes: new AttributeRepository(db, unreadable),
    marks: new SampleMarkRepository(db),
    settings: new SettingRepository(db, unreadable),
    search: new SearchRepository(db),
    compareViews: new CompareViewRepository(db),
    targets: new TargetRepository(db, unreadable),
    unreadable,
    transaction: (work) => {
      try {
        inTransaction(db, work)
      } catch (thrown) {
        metrics.rolledBack()
        throw thrown
      }
    },
    close,
  }
}

function makeFolder(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true })
  } catch (cause) {
    if (toFlowerbedError(cause).kind === 'no-space') {
      throw new FlowerbedError('no-space', errorText('files.noRoomForDataFolder'), {
        where: directory,
        cause,
      })
    }
    throw new FlowerbedError('bad-input', errorText('files.dataFolderNotMade'), { where: directory, cause })
  }
}
