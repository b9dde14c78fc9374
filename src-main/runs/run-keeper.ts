import { randomBytes } from 'node:crypto'
import type { DatasetRecord } from '#contract/dataset.ts'
import type { EngineEvent, ModelSource, TrainRequest, TrainResult } from '#contract/engine.ts'
import { runConfigSchema } from '#contract/config.ts'
import { FlowerbedError, serializeError, toFlowerbedError } from '#contract/errors.ts'
import { extendedLimits } from '#contract/goal.ts'
import { resolveConfig } from '#contract/presets.ts'
import type { CheckpointChoice, DeviceChoice, RunRecord } from '#contract/run.ts'
import { folderBytes, isAlive } from '../files.ts'
import { createLogger } from '../log.ts'
import { removeBelow } from '../removal.ts'
import { runFolder, runsFolder } from '../store/data-directory.ts'
import type { Store } from '../store/store.ts'
import { Saves } from './saves.ts'

const log = createLogger('runs')

/** What a run needs of an engine, in this process or another. */
export interface TrainingEngine {
  train: (request: TrainRequest) => Promise<TrainResult>
}

/** A run was changed; what listens shows it. */
export type RunListener = (run: RunRecord) => void

/**
 * The life of runs against the store, the same for the app and the command line: makes them, hands them to an engine,
 * writes down what the engine tells, and knows what is left when a process ended under one.
 */
export class RunKeeper {
  private readonly store: Store
  private readonly changed: RunListener
  readonly saves: Saves

  /** @param savesChanged is told the run whose saves are others than before */
  constructor(store: Store, changed: RunListener = () => undefined, savesChanged?: (runId: string) => void) {
    this.store = store
    this.changed = changed
    this.saves = new Saves(store, savesChanged)
  }

  /** @throws FlowerbedError `bad-input` for settings that do not hold, `not-found` for the dataset */
  create(options: {
    datasetId: string
    preset: string
    changes: Record<string, unknown>
    device: DeviceChoice
    name?: string
    /** Made as part of an experiment, a run waits for its turn. */
    experimentId?: string
  }): RunRecord {
    const { datasetId, preset, changes, device, experimentId = null } = options
    const config = resolveConfig(preset, changes)
    const dataset = this.store.datasets.get(datasetId)
    const now = Date.now()
    return this.tell(
      this.store.runs.add({
        id: newId(now),
        name: options.name ?? this.freeName(dataset),
        note: '',
        tags: [],
        starred: false,
        status: experimentId === null ? 'starting' : 'waiting',
        preset,
        config,
        experimentId,
        datasetId,
        datasetName: dataset.name,
        pictureCount: dataset.count,
        shape: dataset.shape,
        deviceChoice: device,
        machine: null,
        step: 0,
        trainedSeconds: 0,
        losses: {},
        stepsPerSecond: 0,
        error: null,
        createdAt: now,
        updatedAt: now,
      }),
    )
  }

  /**
   * Trains a run on an engine, from its last save if it has one, until it ends in whichever way; answers its record then.
   * What goes wrong is written to the record and thrown.
   */
  async train(id: string, engine: TrainingEngine): Promise<RunRecord> {
    const request = this.trainRequest(id)
    this.update(id, { status: 'starting', error: null, owner: process.pid })
    try {
      const { outcome, ...result } = await engine.train(request)
      return this.update(id, { status: outcome, owner: null, ...result })
    } catch (thrown) {
      const error = serializeError(thrown)
      // Where the engine's process ended the run can go on; where its settings are wrong it cannot.
      const status = error.kind === 'crashed' || error.kind === 'cancelled' ? 'interrupted' : 'failed'
      this.update(id, { status, owner: null, error })
      throw thrown
    } finally {
      await this.saves.settled()
    }
  }

  /** Writes down what an engine tells. */
  record(event: EngineEvent): void {
    const { runs, metrics, samples } = this.store
    if (event.type === 'started') {
      // What was learned after the last save is learned anew.
      metrics.cut(runs.key(event.runId), event.step)
      this.update(event.runId, { status: 'training', machine: event.machine, step: event.step })
    } else if (event.type === 'metrics') {
      metrics.add(runs.key(event.runId), event.points)
    } else if (event.type === 'progress') {
      const { step, trainedSeconds, stepsPerSecond, losses } = event.progress
      this.update(event.runId, { step, trainedSeconds, stepsPerSecond, losses })
    } else if (event.type === 'sample') {
      samples.save(runs.key(event.record.runId), event.record)
    } else if (event.type === 'checkpoint') {
      this.saves.record(event.record)
    }
  }

  /** Ends a run that is not in training for good; it may still be extended. */
  stopped(id: string): RunRecord {
    return this.update(id, { status: 'stopped', owner: null })
  }

  /** What the user says of a run. @throws FlowerbedError `bad-input` for an empty name */
  describe(
    id: string,
    changes: { name?: string; note?: string; tags?: string[]; starred?: boolean },
  ): RunRecord {
    if (changes.name?.trim() === '') throw new FlowerbedError('bad-input', 'A run needs a name.')
    return this.update(id, changes)
  }

  /** Adds steps to a run's goal, which lets a finished one go on; limits that would end it before are lifted. */
  extend(id: string, steps: number): RunRecord {
    const run = this.store.runs.get(id)
    this.refuseUnusableSettings(run)
    const limits = extendedLimits(run, steps)
    const parsed = runConfigSchema.safeParse({ ...run.config, ...limits })
    if (!parsed.success) {
      throw new FlowerbedError('bad-input', `A run cannot have ${limits.steps} steps.`, {
        where: 'steps',
      })
    }
    return this.update(id, { config: parsed.data })
  }

  /**
   * Marks runs whose process is gone as interrupted; to be called when the store is opened. Those that cannot be marked
   * now, as on a full disk, are the next time.
   */
  markInterrupted(): RunRecord[] {
    if (this.store.readOnly) return []
    return this.store.runs
      .owned()
      .filter(({ owner }) => owner === process.pid || !isAlive(owner))
      .flatMap(({ id }) => {
        try {
          return [this.update(id, { status: 'interrupted', owner: null })]
        } catch (thrown) {
          log.warn(`${id} was interrupted, which cannot be recorded: ${toFlowerbedError(thrown).message}`)
          return []
        }
      })
  }

  /**
   * Where a run's networks are: in its latest save, or in the one asked for. A run in training may have none yet.
   * @throws FlowerbedError `not-found` for a save that is not there
   */
  modelSource(id: string, choice?: CheckpointChoice): ModelSource {
    const { config, shape } = this.store.runs.get(id)
    const chosen = choice === undefined ? this.saves.list(id)[0] : this.saves.choose(id, choice)
    return {
      runId: id,
      runDirectory: runFolder(this.store.directory, id),
      config,
      shape,
      checkpoint: chosen?.file ?? null,
    }
  }

  /** Deletes a run with its files. @throws FlowerbedError `conflict` while it trains */
  async delete(id: string): Promise<{ freedBytes: number }> {
    // Also one that cannot be read.
    const status = this.store.runs.status(id)
    if (status === 'training' || status === 'starting') {
      throw new FlowerbedError('conflict', 'This run is in training.', { hint: 'Stop it first.' })
    }
    const folder = runFolder(this.store.directory, id)
    const freedBytes = await folderBytes(folder)
    await removeBelow(runsFolder(this.store.directory), folder)
    this.store.runs.delete(id)
    return { freedBytes }
  }

  /** The run that a person means: an id, an unambiguous beginning of one, or `latest`. */
  find(wanted: string): RunRecord {
    const ids = this.store.runs.ids()
    if (ids.length === 0) {
      throw new FlowerbedError('not-found', 'There are no runs yet.', {
        hint: 'Make one with `flowerbed train FOLDER`.',
      })
    }
    const found = wanted === 'latest' ? ids.slice(0, 1) : ids.filter((id) => id.startsWith(wanted))
    const [id] = found.filter((one) => one === wanted).concat(found)
    if (id === undefined) {
      throw new FlowerbedError('not-found', `There is no run “${wanted}”.`, {
        hint: '`flowerbed runs` lists them.',
      })
    }
    if (found.length > 1 && id !== wanted) {
      throw new FlowerbedError('bad-input', `“${wanted}” fits ${found.length} runs.`, {
        hint: `Give more of its id: ${found.join(', ')}.`,
      })
    }
    return this.store.runs.get(id)
  }

  private trainRequest(id: string): TrainRequest {
    const run = this.store.runs.get(id)
    const { config, deviceChoice, datasetId } = run
    this.refuseUnusableSettings(run)
    if (datasetId === null) {
      throw new FlowerbedError('not-found', 'The pictures of this run were deleted.', {
        hint: 'Import the same folder again; the run finds them by their content.',
      })
    }
    const [last] = this.saves.list(id)
    return {
      runId: id,
      runDirectory: runFolder(this.store.directory, id),
      datasetDirectory: this.store.datasets.get(datasetId).directory,
      config,
      device: deviceChoice,
      ...(last ? { resume: { file: last.file, sha256: last.sha256 } } : {}),
    }
  }

  /** To train on with other settings than those a run was made with would make another run of it. */
  private refuseUnusableSettings({ id, name }: RunRecord): void {
    const unusable = this.store.runs.unusableSettings(id)
    if (unusable.length === 0) return
    throw new FlowerbedError('conflict', `“${name}” cannot be trained by this version of Flowerbed.`, {
      where: id,
      hint: `It does not know these settings of the run or their values: ${unusable.join(', ')}. Update Flowerbed; what was trained is safe.`,
    })
  }

  private update(id: string, changes: Parameters<Store['runs']['update']>[1]): RunRecord {
    return this.tell(this.store.runs.update(id, changes))
  }

  private tell(run: RunRecord): RunRecord {
    this.changed(run)
    return run
  }

  /** The dataset's name, numbered where it is taken: “Faces”, “Faces 2”, … */
  private freeName(dataset: DatasetRecord): string {
    const taken = this.store.runs.names()
    let name = dataset.name
    for (let n = 2; taken.has(name); n++) name = `${dataset.name} ${n}`
    return name
  }
}

/** Sortable by age, short enough to type the beginning of. */
export function newId(now: number): string {
  return `${now.toString(36)}${randomBytes(3).toString('hex')}`
}
