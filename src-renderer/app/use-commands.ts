import { shallowRef } from 'vue'
import { isPageCommand } from '#shared/commands.ts'
import type { ActionCommand, CommandId } from '#shared/commands.ts'
import type { AppSettings } from '#shared/ipc.ts'
import { request } from '../api/index.ts'
import { useNavigation } from '../composables/navigation.ts'
import { useNotices } from '../composables/notices.ts'
import { useDatasets } from '../entities/datasets/datasets-store.ts'
import { useImport } from '../entities/datasets/import-store.ts'
import { useExperiments } from '../entities/experiments/experiments-store.ts'
import { useRuns } from '../entities/runs/runs-store.ts'
import { useTour } from '../entities/tour/tour-store.ts'

/** What each command of the window does, and the dialogs that some of them open. */
export function useCommands() {
  const navigation = useNavigation()
  const notices = useNotices()
  const runs = useRuns()
  const experiments = useExperiments()
  const datasets = useDatasets()
  const importing = useImport()
  const tour = useTour()
  const shortcutsOpen = shallowRef(false)
  const paletteOpen = shallowRef(false)

  function toggleTraining(): void {
    if (navigation.page === 'experiment' && experiments.selected) experiments.toggle(experiments.selected)
    else if (runs.selected) runs.toggle(runs.selected)
  }

  async function importFolder(): Promise<void> {
    try {
      await importing.scan(await request('app.choosePaths', { kind: 'folder' }))
    } catch (error) {
      notices.addError(error)
    }
  }

  /** On the dataset that is shown, else on that of the selected run, else on the newest; without any, images are chosen. */
  function newRun(): void {
    const shown = navigation.page === 'dataset' ? datasets.selected : null
    const ofRun = datasets.datasets.find(({ id }) => id === runs.selected?.datasetId)
    const dataset = shown ?? ofRun ?? datasets.datasets[0]
    if (dataset) importing.prepareTraining(dataset)
    else void importFolder()
  }

  const setTheme = (theme: AppSettings['theme']) =>
    void request('app.settings', { theme }).catch(notices.addError)

  const actions: Record<ActionCommand, () => void> = {
    newRun,
    importFolder: () => void importFolder(),
    showData: () => void request('app.reveal', { kind: 'data' }).catch(notices.addError),
    toggleTraining,
    themeSystem: () => setTheme('system'),
    themeLight: () => setTheme('light'),
    themeDark: () => setTheme('dark'),
    showCommands: () => (paletteOpen.value = !paletteOpen.value),
    showShortcuts: () => (shortcutsOpen.value = true),
    startTour: () => void tour.start(),
  }

  function perform(id: CommandId): void {
    if (isPageCommand(id)) navigation.go(id)
    else actions[id]()
  }

  return { perform, importFolder, shortcutsOpen, paletteOpen }
}
