import { computed, onScopeDispose, shallowRef } from 'vue'
import { toFlowerbedError } from '#shared/errors.ts'
import type { FlowerbedError } from '#shared/errors.ts'
import { mostPairs } from '#shared/schemas/pinned-pair.ts'
import type { PinnedPair, PinnedRow } from '#shared/schemas/pinned-pair.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { on } from '../../api/events.ts'
import { request } from '../../api/index.ts'
import { useUndo } from '../../composables/undo.ts'
import { t } from '../../i18n.ts'
import type { ChosenImages } from './use-chosen-images.ts'

/** A run's pinned pairs, each with its rows, the latest first. */
export function usePinnedPairs(run: RunRecord, { images }: Pick<ChosenImages, 'images'>) {
  const offerUndo = useUndo()
  const pairs = shallowRef<PinnedPair[]>([])
  const rows = shallowRef<PinnedRow[]>([])
  const error = shallowRef<FlowerbedError | null>(null)
  const isAdding = shallowRef(false)
  let isOpened = false

  const strips = computed(() =>
    pairs.value.map((pair) => ({
      pair,
      rows: rows.value.filter((row) => row.pair === pair.id).sort((a, b) => b.step - a.step),
    })),
  )
  const canAdd = computed(() => images.value.length >= 2 && pairs.value.length < mostPairs)

  function put(more: readonly PinnedRow[]): void {
    const key = ({ pair, step }: PinnedRow) => `${pair} ${step}`
    rows.value = [...new Map([...rows.value, ...more].map((row) => [key(row), row])).values()]
  }
  async function attempt(work: () => Promise<void>): Promise<void> {
    error.value = null
    try {
      await work()
    } catch (thrown) {
      error.value = toFlowerbedError(thrown)
    }
  }

  /** Loads what there is when it is first shown; rows that are generated later arrive by themselves. */
  async function open(): Promise<void> {
    if (isOpened) return
    isOpened = true
    await attempt(async () => {
      const found = await request('pairs.list', { id: run.id })
      pairs.value = found.pairs
      put(found.rows)
    })
  }
  /** Pins the first two images. */
  async function add(): Promise<void> {
    const [first, second] = images.value
    if (!first || !second || isAdding.value) return
    isAdding.value = true
    await attempt(async () => {
      const pair = await request('pairs.add', { id: run.id, images: [{ ...first }, { ...second }] })
      pairs.value = [...pairs.value, pair]
    })
    isAdding.value = false
  }
  const remove = (pair: string) =>
    attempt(async () => {
      const deletion = await request('pairs.remove', { id: run.id, pair })
      const removed = pairs.value.filter(({ id }) => id === pair)
      // Its rows stay, for when it is undone: without their pair they are not shown.
      pairs.value = pairs.value.filter(({ id }) => id !== pair)
      offerUndo(t('interpolation.pinned.removed'), deletion, () => {
        pairs.value = [...pairs.value, ...removed].sort((a, b) => a.createdAt - b.createdAt)
      })
    })
  // Also of pairs that are just being pinned.
  onScopeDispose(on('pinnedRow', ({ row }) => put([row])))
  return { pairs, strips, error, isAdding, canAdd, open, add, remove }
}
