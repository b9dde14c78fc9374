import { shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import type { DatasetRecord, ImportOptions } from '#shared/schemas/dataset.ts'
import { useNavigation } from '../../composables/navigation.ts'
import { useImport } from '../../entities/datasets/import-store.ts'
import { useExperiments } from '../../entities/experiments/experiments-store.ts'
import type { RunChoice } from '../../entities/runs/run-choice.ts'
import { useRuns } from '../../entities/runs/runs-store.ts'
import { dropPreparedRun } from '../../entities/runs/use-prepared-run.ts'

/** What the buttons of the import's dialog do. */
export interface ImportFlow {
  /** What was chosen of a run that could not be made: the sheet of its dataset has it again. */
  given: ShallowRef<RunChoice | null>
  /** Whether a run starts as soon as the images are imported. */
  trainsNext: ShallowRef<boolean>
  /** Starts a run on the dataset that is there. */
  start: (choice: RunChoice) => Promise<void>
  importAndStart: (options: ImportOptions, choice: RunChoice) => Promise<void>
  importOnly: (options: ImportOptions, next: 'open' | 'compare') => Promise<void>
  /** Sets up an experiment on a dataset. */
  compare: (dataset: DatasetRecord | null) => void
}

export function useImportFlow(): ImportFlow {
  const importing = useImport()
  const runs = useRuns()
  const experiments = useExperiments()
  const navigation = useNavigation()

  const given = shallowRef<RunChoice | null>(null)
  watch(
    () => importing.phase,
    (phase) => {
      if (phase !== 'ready') given.value = null
    },
  )
  const trainsNext = shallowRef(false)

  async function start(choice: RunChoice): Promise<void> {
    const { dataset } = importing
    const created = dataset && (await runs.create({ datasetId: dataset.id, ...choice }))
    // Another import may have started meanwhile.
    if (created && importing.phase === 'ready' && importing.dataset?.id === dataset.id) importing.close()
  }
  /** Asks first how the run is to start, so that nothing is asked after a long import. */
  async function importAndStart(options: ImportOptions, choice: RunChoice): Promise<void> {
    const decided = await runs.decideStart(choice)
    if (!decided || importing.phase !== 'options') return
    trainsNext.value = true
    const dataset = await importing.pack(options)
    if (!dataset) {
      dropPreparedRun()
      return
    }
    if (await runs.create({ datasetId: dataset.id, ...choice }, decided)) importing.close()
    else {
      importing.offerTraining(dataset)
      given.value = choice
    }
  }
  async function importOnly(options: ImportOptions, next: 'open' | 'compare'): Promise<void> {
    trainsNext.value = false
    const dataset = await importing.pack(options)
    if (!dataset) return
    // Another page may be in use meanwhile.
    const { open: isShown } = importing
    importing.close()
    if (next === 'compare') compare(dataset)
    else if (isShown) navigation.openDataset(dataset.id)
  }
  function compare(dataset: DatasetRecord | null): void {
    experiments.preparing = dataset
    importing.close()
  }
  return { given, trainsNext, start, importAndStart, importOnly, compare }
}
