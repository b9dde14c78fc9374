import { afterEach, beforeEach } from 'vitest'
import { openStore } from '../../src-main/database/store.ts'
import type { Store } from '../../src-main/database/store.ts'
import type { LadderPlan } from '../../src-main/runs/ladder.ts'
import { RunService } from '../../src-main/runs/run-service.ts'
import { facesDataset } from './faces-dataset.ts'
import { facesLadder } from './faces-ladder.ts'
import { temporaryFolder } from './folder.ts'

/** A new history with the dataset of `facesDataset` for each test of a file, and the experiments made in it. */
export class FacesHistory {
  folder!: ReturnType<typeof temporaryFolder>
  store!: Store
  runService!: RunService

  constructor() {
    beforeEach(() => {
      this.folder = temporaryFolder('experiment')
      this.open()
      facesDataset(this.store, { count: 20 })
    })
    afterEach(() => {
      this.store.close()
      this.folder.remove()
    })
  }

  /** Opens the history again, as a restart of the app does. */
  open(): void {
    this.store = openStore(this.folder.path)
    this.runService = new RunService(this.store)
  }

  newLadder(changes: Partial<LadderPlan> = {}) {
    return facesLadder(this, changes)
  }

  /** The statuses of an experiment's runs, in their order. */
  statuses(id: string) {
    return this.store.runs.ofExperiment(id).map(({ status }) => status)
  }
}
