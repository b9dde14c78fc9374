import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import { commandIds, isPageCommand } from '#shared/commands.ts'
import type { CommandId } from '#shared/commands.ts'
import { canResume } from '#shared/run-status.ts'
import { useNavigation } from '../composables/navigation.ts'
import { fuzzySorted } from '../composables/fuzzy.ts'
import { useDatasets } from '../entities/datasets/datasets-store.ts'
import { useExperiments } from '../entities/experiments/experiments-store.ts'
import { statusLabel } from '../entities/runs/run-labels.ts'
import { useRuns } from '../entities/runs/runs-store.ts'
import { t } from '../i18n.ts'
import { keysOf } from './command-keys.ts'
import { commandTitle } from './command-title.ts'

export interface PaletteItem {
  id: string
  title: string
  /** What it is, or the keys that do the same. */
  detail: string
  perform: () => void
}
export type PaletteGroup = 'actions' | 'pages' | 'runs' | 'datasets' | 'experiments'

/** Most records of a kind that are shown without and with a query. */
const recordsAtMost = { idle: 4, searching: 12 }

/** The groups of the palette for a query, the best find first; without a query all commands and the newest records. */
export function usePaletteItems(
  query: () => string,
  perform: (id: CommandId) => void,
): ComputedRef<{ group: PaletteGroup; items: PaletteItem[] }[]> {
  const navigation = useNavigation()
  const runs = useRuns()
  const datasets = useDatasets()
  const experiments = useExperiments()

  const commandItems = (ids: CommandId[]): PaletteItem[] =>
    ids.map((id) => ({
      id,
      title: id === 'toggleTraining' ? toggleTitle.value : commandTitle(id),
      detail: keysOf(id) ?? '',
      perform: () => perform(id),
    }))
  const toggleTitle = computed(() => {
    const run = runs.selected
    if (!run || navigation.page === 'experiment') return commandTitle('toggleTraining')
    if (run.status === 'training') return t('app.palette.pauseRun', { name: run.name })
    return canResume(run) ? t('app.palette.resumeRun', { name: run.name }) : commandTitle('toggleTraining')
  })

  const all = computed((): Record<PaletteGroup, PaletteItem[]> => ({
    actions: commandItems(commandIds.filter((id) => !isPageCommand(id) && id !== 'showCommands')),
    pages: commandItems(commandIds.filter(isPageCommand)),
    runs: runs.runs.map(({ id, name, status }) => ({
      ...{ id, title: name, detail: statusLabel(status), perform: () => navigation.openRun(id) },
    })),
    datasets: datasets.datasets.map(({ id, name, count }) => ({
      ...{ id, title: name, detail: t('common.images', { count }) },
      perform: () => navigation.openDataset(id),
    })),
    experiments: experiments.experiments.map(({ id, name }) => ({
      ...{ id, title: name, detail: t('common.runs', { count: experiments.runsOf(id).length }) },
      perform: () => navigation.openExperiment(id),
    })),
  }))

  return computed(() => {
    const text = query().trim()
    const groups = Object.entries(all.value) as [PaletteGroup, PaletteItem[]][]
    const found = groups.flatMap(([group, items]) => {
      const isCommand = group === 'actions' || group === 'pages'
      const fitting = text === '' ? items : fuzzySorted(text, items, ({ title }) => title)
      const most = isCommand ? Infinity : recordsAtMost[text === '' ? 'idle' : 'searching']
      return fitting.length === 0 ? [] : [{ group, items: fitting.slice(0, most) }]
    })
    // The group of the best find first, so that Enter takes it.
    return text === '' ? found : fuzzySorted(text, found, ({ items }) => items[0]?.title ?? '')
  })
}
