import type { Store } from '../../src-main/database/store.ts'
import { createLadder } from '../../src-main/runs/ladder.ts'
import type { LadderPlan } from '../../src-main/runs/ladder.ts'
import type { RunService } from '../../src-main/runs/run-service.ts'

/** An experiment of three small systems on the dataset of `facesDataset`. */
export const facesLadder = (
  parts: { store: Store; runService: RunService },
  changes: Partial<LadderPlan> = {},
) =>
  createLadder(parts, {
    datasetId: 'faces',
    presets: ['pixel-posterior', 'ladder-1-vanilla', 'ladder-3-unet'],
    budget: { steps: 7 },
    seed: 3,
    changes: { hidden: 8 },
    device: 'cpu',
    ...changes,
  })
