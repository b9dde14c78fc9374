import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { compareRuns } from '#shared/comparison.ts'
import { comparedRuns, defaultCompareView } from '#shared/schemas/compare-view.ts'
import type { CompareView, SavedView } from '#shared/schemas/compare-view.ts'
import type { Evaluation } from '#shared/schemas/evaluation.ts'
import { request } from '../../api/index.ts'
import { keptView } from '../../composables/kept-view.ts'
import { latestOnly } from '../../composables/latest-only.ts'
import { useNavigation } from '../../composables/navigation.ts'
import { useNotices } from '../../composables/notices.ts'
import { useRuns } from './runs-store.ts'

/** Which runs are compared and how, kept from launch to launch; and the runs that are picked in a list to be compared. */
export const useCompare = defineStore('compare', () => {
  const navigation = useNavigation()
  const notices = useNotices()
  const runs = useRuns()
  const { view, load, change } = keptView<CompareView>({
    initial: defaultCompareView,
    read: () => request('compare.view'),
    store: (shown) => request('compare.setView', shown),
  })
  const picked = shallowRef<string[]>([])
  const saved = shallowRef<SavedView[]>([])
  const evaluations = shallowRef<Record<string, Evaluation>>({})
  const latest = latestOnly()

  const found = (ids: readonly string[]) => ids.flatMap((id) => runs.runs.find((run) => run.id === id) ?? [])
  /** Those that are not deleted since. */
  const compared = computed(() => found(view.value.runs))
  const comparison = computed(() =>
    compareRuns(
      compared.value.map((run) => ({ run, evaluation: evaluations.value[run.id] ?? null })),
      view.value,
    ),
  )

  /** Compares these runs; the choice of columns and metrics stays. */
  function open(ids: readonly string[]): void {
    change({ runs: ids.slice(0, comparedRuns.max) })
    picked.value = []
    navigation.go('compare')
  }
  function pick(id: string): void {
    const isPicked = picked.value.includes(id)
    if (!isPicked && picked.value.length >= comparedRuns.max) return
    picked.value = isPicked ? picked.value.filter((one) => one !== id) : [...picked.value, id]
  }

  watch(
    () => compared.value.map(({ id, step }) => `${id} ${step}`).join(),
    async () => {
      const isLatest = latest.begin()
      try {
        const answer = await request('compare.evaluations', { runs: compared.value.map(({ id }) => id) })
        if (isLatest()) evaluations.value = answer
      } catch (error) {
        if (isLatest()) notices.addError(error)
      }
    },
  )

  async function show(views: Promise<SavedView[]>): Promise<void> {
    try {
      saved.value = await views
    } catch (error) {
      notices.addError(error)
    }
  }
  const loadViews = () => show(request('compare.views'))
  const saveView = (name: string) => show(request('compare.saveView', { name, view: view.value }))
  const deleteView = (id: string) => show(request('compare.deleteView', { id }))

  return {
    ...{ view, load, picked, saved, compared, comparison, change, open, pick, found },
    ...{ loadViews, saveView, deleteView },
  }
})
