import { randomBytes } from 'node:crypto'
import { choosesByImages, chosenByImages, withChosen } from '#shared/automatic-settings.ts'
import { labelsOf } from '#shared/dataset-labels.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { resolveConfig } from '#shared/presets.ts'
import type { AutomaticChoice } from '#shared/schemas/automatic.ts'
import type { DatasetRecord } from '#shared/schemas/dataset.ts'
import type { DeviceChoice, RunParent, RunRecord } from '#shared/schemas/run.ts'
import type { WorkerChoice } from '#shared/workers.ts'

/** What a run is made of. */
export interface NewRun {
  datasetId: string
  preset: string
  /** Settings that differ from the preset's. */
  changes: Record<string, unknown>
  device: DeviceChoice
  /** What the preset chooses (`planRun`); by default by the images alone. */
  automatic?: AutomaticChoice
  /** The processes that train it together; without, the engine trains it alone. */
  workers?: WorkerChoice
  /** The target that trains it; without, this computer does. */
  target?: string | null
  /** The dataset's by default. */
  name?: string
  /** The experiment it is part of, as which it waits. */
  experimentId?: string
  /** It is not trained at once. */
  waits?: boolean
  /** Whose weights it starts from. */
  parent?: RunParent
  /** Now by default, in ms since 1970. */
  createdAt?: number
}

/** What a run's record takes of its dataset. */
type DatasetOfRun = Pick<DatasetRecord, 'id' | 'name' | 'shape' | 'count' | 'excludedCount' | 'labels'>

/** The record of a run that has not been trained. @throws FlowerbedError `bad-input` for settings that do not hold, or without images */
export function newRunRecord(options: NewRun, dataset: DatasetOfRun, name: string): RunRecord {
  checkSomeImages(dataset)
  const { preset, changes, device } = options
  const images = { shape: dataset.shape, count: dataset.count - dataset.excludedCount }
  const automatic = options.automatic ?? {
    ...{ settings: chosenByImages(preset, changes, images), speed: null, secondsPerStep: null },
  }
  const config = resolveConfig(preset, withChosen(changes, automatic.settings))
  labelsOf(config, dataset.labels)
  const experimentId = options.experimentId ?? null
  const now = options.createdAt ?? Date.now()
  return {
    id: newId(now),
    name,
    note: '',
    tags: [],
    starred: false,
    status: experimentId === null && !options.waits ? 'starting' : 'waiting',
    preset,
    config,
    ...(choosesByImages(preset) || automatic.secondsPerStep !== null ? { automatic } : {}),
    experimentId,
    parent: options.parent ?? null,
    datasetId: dataset.id,
    datasetName: dataset.name,
    imageCount: images.count,
    shape: dataset.shape,
    deviceChoice: device,
    workers: options.workers ?? null,
    target: options.target ?? null,
    machine: null,
    step: 0,
    trainedSeconds: 0,
    losses: {},
    stepsPerSecond: 0,
    error: null,
    createdAt: now,
    updatedAt: now,
  }
}

/** @throws FlowerbedError `bad-input` where all images of a dataset are excluded */
function checkSomeImages({ name, count, excludedCount }: DatasetOfRun): void {
  if (excludedCount >= count)
    throw new FlowerbedError('bad-input', errorText('dataset.allExcluded', { name }), { where: name })
}

/** Sortable by age, short enough to type the beginning of. */
export function newId(now: number): string {
  return `${now.toString(36)}${randomBytes(3).toString('hex')}`
}
