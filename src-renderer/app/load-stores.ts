import { nextTick } from 'vue'
import { useNavigation } from '../composables/navigation.ts'
import { useDatasets } from '../entities/datasets/datasets-store.ts'
import { useExperiments } from '../entities/experiments/experiments-store.ts'
import { useCompare } from '../entities/runs/compare-store.ts'
import { useQueue } from '../entities/runs/queue-store.ts'
import { useRuns } from '../entities/runs/runs-store.ts'
import { useTargets } from '../entities/targets/targets-store.ts'

/** Loads what all pages show and goes where the window was left. @throws FlowerbedError of the first that cannot be read */
export async function loadStores(): Promise<void> {
  const stores = [useRuns(), useQueue(), useExperiments(), useDatasets(), useTargets(), useCompare()]
  await Promise.all(stores.map((store) => store.load()))
  await useNavigation().restore()
  await nextTick()
  // For `npm run bench:ui`: what was loaded is painted with the next frame.
  requestAnimationFrame(() => setTimeout(() => performance.mark('usable')))
}
