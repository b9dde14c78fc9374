import { presets } from '#shared/presets.ts'
import type { EngineEvent, TrainResult } from '#shared/engine-messages.ts'
import type { Machine, RunRecord } from '#shared/schemas/run.ts'

/** The record of a run that has not been trained. */
export function aRun(changes: Partial<RunRecord> = {}): RunRecord {
  return {
    ...{ id: 'run-1', name: 'Faces', note: '', tags: [], starred: false, status: 'starting' },
    ...{
      preset: 'pixel-posterior',
      config: presets['pixel-posterior'].config,
      experimentId: null,
      parent: null,
    },
    ...{ datasetId: null, datasetName: 'Faces', imageCount: 3, shape: { height: 8, width: 8, channels: 3 } },
    ...{ deviceChoice: 'auto', workers: null, target: null, machine: null },
    ...{ step: 0, trainedSeconds: 0, losses: {} },
    ...{ stepsPerSecond: 0, error: null, createdAt: 1, updatedAt: 1, ...changes },
  }
}

const machine: Machine = {
  ...{ flowerbed: '1', tensorflow: '2', node: '24', electron: null, platform: 'linux', cpu: 'Their CPU' },
  ...{ cores: 2, memoryBytes: 1, device: 'cpu', deviceName: 'Their CPU' },
}

/** What an engine says of `run-1`. */
export const said = {
  started: (step = 0): EngineEvent => ({ type: 'started', runId: 'run-1', machine, step }),
  metrics: (step: number): EngineEvent => ({
    ...{ type: 'metrics', runId: 'run-1', points: [{ step, seconds: step, values: { loss: 1 / step } }] },
  }),
  checkpoint: (step: number, sha256 = 'x'): EngineEvent => ({
    type: 'checkpoint',
    record: {
      ...{ runId: 'run-1', step, file: `step-0000000${step}.safetensors`, sha256, bytes: 1, loss: 1 },
      createdAt: step,
    },
  }),
}

export const resultAt = (step: number, outcome: TrainResult['outcome'] = 'finished'): TrainResult => ({
  ...{ outcome, step, trainedSeconds: step, losses: { loss: 1 / step }, stepsPerSecond: 1 },
})
