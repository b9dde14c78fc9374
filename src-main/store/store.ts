import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { FlowerbedError } from '#contract/errors.ts'
import { CheckpointRepository } from './checkpoints.ts'
import { DatasetRepository } from './datasets.ts'
import { openDatabase } from './driver.ts'
import type { Database } from './driver.ts'
import { ExperimentRepository } from './experiments.ts'
import { MetricRepository } from './metrics.ts'
import { migrate } from './migrate.ts'
import { RunRepository } from './runs.ts'
import { SampleRepository } from './samples.ts'
import { SettingRepository } from './settings.ts'

/** A data folder's database, one repository a table. */
export interface Store {
  readonly directory: string
  readonly database: Database
  readonly datasets: DatasetRepository
  readonly experiments: ExperimentRepository
  readonly runs: RunRepository
  readonly metrics: MetricRepository
  readonly samples: SampleRepository
  readonly checkpoints: CheckpointRepository
  readonly settings: SettingRepository
  close: () => void
}

/**
 * Opens, and if need be makes, the history in a data folder. App and CLI may have it open at the same time.
 * @throws FlowerbedError `corrupt`, `conflict` (from a newer Flowerbed) or `bad-input` (folder cannot be written)
 */
export function openStore(directory: string): Store {
  const path = join(directory, 'flowerbed.sqlite')
  makeFolder(directory)
  let database: Database | undefined
  try {
    database = openDatabase(path)
    database.pragma('busy_timeout = 10000')
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = NORMAL')
    database.pragma('foreign_keys = ON')
    migrate(database, path)
  } catch (thrown) {
    database?.close()
    if (thrown instanceof FlowerbedError) throw thrown
    throw new FlowerbedError('corrupt', 'The history of runs cannot be opened.', {
      where: path,
      hint: 'Move that file aside; pictures, saves and drawings stay in their folders.',
      cause: thrown,
    })
  }
  const db = database
  return {
    directory,
    database: db,
    datasets: new DatasetRepository(db, directory),
    experiments: new ExperimentRepository(db),
    runs: new RunRepository(db),
    metrics: new MetricRepository(db),
    samples: new SampleRepository(db),
    checkpoints: new CheckpointRepository(db),
    settings: new SettingRepository(db),
    close: () => db.close(),
  }
}

function makeFolder(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true })
  } catch (cause) {
    throw new FlowerbedError('bad-input', 'The data folder cannot be made.', {
      where: directory,
      hint: 'Choose a folder you may write to with --data-dir.',
      cause,
    })
  }
}
