import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import type { EngineEvent, TrainRequest } from '#shared/engine-messages.ts'
import { resolveConfig } from '#shared/presets.ts'
import { describeMachine } from '../../src-main/engine/backend/machine.ts'
import { loadTensorFlow } from '../../src-main/engine/backend/load.ts'
import type { CheckpointInfo } from '../../src-main/engine/checkpoints/checkpoint.ts'
import { readSafetensors } from '../../src-main/engine/checkpoints/safetensors.ts'
import { Trainer } from '../../src-main/engine/training/trainer.ts'
import type { TrainingRunOptions } from '../../src-main/engine/training/training-run.ts'
import { halves, packedDataset } from './dataset.ts'
import { temporaryFolder } from './folder.ts'

export const shape = { height: 8, width: 8, channels: 1 } as const

/** Settings of a short, reproducible run: no precision is chosen by its speed. */
export const small = (changes: Partial<RunConfig> = {}): RunConfig =>
  resolveConfig('pixel-posterior', {
    steps: 12,
    batch: 8,
    hidden: 8,
    network: 'conv',
    sampleEvery: 5,
    sampleCount: 4,
    sampleSteps: 4,
    checkpointEvery: 4,
    flip: true,
    precision: 'fp32',
    ...changes,
  })

/** Real runs on the CPU, in a temporary folder of the test file; called at its top level. */
export function trainingRuns(name: string) {
  const folder = temporaryFolder(name)
  const dataset = packedDataset(join(folder.path, 'dataset'), { count: 20, shape, pixel: halves(shape) })
  let runs = 0
  beforeAll(() => {
    loadTensorFlow({ device: 'cpu' })
  })
  afterAll(() => {
    folder.remove()
  })

  const newRun = (config: RunConfig): TrainRequest => {
    const runId = `run-${++runs}`
    return {
      runId,
      runDirectory: join(folder.path, runId),
      datasetDirectory: dataset,
      config,
      device: 'cpu',
    }
  }
  return { folder, newRun }
}

/** A trainer and the events that it has emitted, by type. */
export function trainer(
  request: TrainRequest,
  onEvent: (event: EngineEvent) => void = () => undefined,
  options: Pick<TrainingRunOptions, 'freeBytes' | 'now' | 'measuredSpeed'> = {},
) {
  const events: EngineEvent[] = []
  const made = new Trainer({
    request,
    machine: describeMachine(loadTensorFlow({ device: 'cpu' })),
    emit: (event) => {
      events.push(event)
      onEvent(event)
    },
    ...options,
  })
  const of = <T extends EngineEvent['type']>(type: T) =>
    events.filter((event): event is Extract<EngineEvent, { type: T }> => event.type === type)
  return { made, of }
}

/** The learning rates that a trainer has reported, in the order of the steps. */
export const ratesOf = ({ of }: ReturnType<typeof trainer>): number[] =>
  of('metrics').flatMap(({ points }) => points.map(({ values }) => values['learningRate'] ?? NaN))

const checkpointPath = ({ runDirectory }: TrainRequest, file: string) =>
  join(runDirectory, 'checkpoints', file)

/** The arrays of a checkpoint. */
export const saved = (request: TrainRequest, file: string) =>
  readSafetensors(readFileSync(checkpointPath(request, file)), file).tensors

/** The JSON beside the arrays of a checkpoint. */
export const savedInfo = (request: TrainRequest, file: string): CheckpointInfo =>
  JSON.parse(
    readFileSync(checkpointPath(request, file.replace('.safetensors', '.json')), 'utf8'),
  ) as CheckpointInfo
