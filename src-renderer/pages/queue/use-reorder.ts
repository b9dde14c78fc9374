import { nextTick, shallowRef } from 'vue'
import type { ShallowRef } from 'vue'
import { t } from '../../i18n.ts'

/** Moves items of a list by dragging and by keyboard. */
export function useReorder(options: {
  ids: () => readonly string[]
  nameOf: (id: string) => string
  /** To a position counted from 0 among the others. */
  move: (id: string, position: number) => Promise<void>
}): {
  /** The last move, for screen readers. */
  said: ShallowRef<string>
  dragged: ShallowRef<string | null>
  /** The gap under the pointer: before the item of this index, or behind the last. */
  over: ShallowRef<number | null>
  begin: (event: DragEvent, id: string) => void
  enter: (event: DragEvent, index: number) => void
  drop: () => void
  end: () => void
  step: (id: string, by: 1 | -1) => Promise<void>
} {
  const { ids, nameOf, move } = options
  const said = shallowRef('')
  const dragged = shallowRef<string | null>(null)
  const over = shallowRef<number | null>(null)

  async function moveTo(id: string, position: number): Promise<void> {
    const total = ids().length
    const to = Math.max(0, Math.min(total - 1, position))
    await move(id, to)
    said.value = t('queue.page.moved', { name: nameOf(id), position: to + 1, total })
  }

  function begin(event: DragEvent, id: string): void {
    dragged.value = id
    if (event.dataTransfer) event.dataTransfer.effectAllowed = 'move'
  }
  function enter(event: DragEvent, index: number): void {
    if (dragged.value === null || !(event.currentTarget instanceof HTMLElement)) return
    const { top, height } = event.currentTarget.getBoundingClientRect()
    over.value = event.clientY > top + height / 2 ? index + 1 : index
  }
  function end(): void {
    dragged.value = null
    over.value = null
  }
  function drop(): void {
    const [id, gap] = [dragged.value, over.value]
    end()
    if (id === null || gap === null) return
    const from = ids().indexOf(id)
    // Without the item itself the gaps behind it count one less.
    void moveTo(id, gap > from ? gap - 1 : gap)
  }

  /** One up or down; the focus stays on what moved it, which the browser drops as it moves in the page. */
  async function step(id: string, by: 1 | -1): Promise<void> {
    const focused = document.activeElement
    const done = moveTo(id, ids().indexOf(id) + by)
    await nextTick()
    if (focused instanceof HTMLElement) focused.focus()
    await done
  }

  return { said, dragged, over, begin, enter, drop, end, step }
}
