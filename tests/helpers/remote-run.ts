import { presets } from '#shared/presets.ts'
import type { RunRecord } from '#shared/schemas/run.ts'

/** The record of a run that has not been trained. */
export function aRun(changes: Partial<RunRecord> = {}): RunRecord {
  return {
    ...{ id: 'run-1', name: 'Faces', note: '', tags: [], starred: false, status: 'starting' },
    ...{ preset: 'balanced', config: presets.balanced.config, experimentId: null, parent: null },
    ...{ datasetId: null, datasetName: 'Faces', imageCount: 3, shape: { height: 8, width: 8, channels: 3 } },
    ...{ deviceChoice: 'auto', target: null, machine: null, step: 0, trainedSeconds: 0, losses: {} },
    ...{ stepsPerSecond: 0, error: null, createdAt: 1, updatedAt: 1, ...changes },
  }
}
