import { shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import { useNotices } from './notices.ts'

/** A view that is stored whenever it changes. */
export interface KeptView<T> {
  view: ShallowRef<T>
  loaded: ShallowRef<boolean>
  /** Reads what was stored, once; until then nothing is stored. */
  load: () => Promise<void>
  change: (changes: Partial<T>) => void
}

/** How a page shows what it shows, kept from launch to launch: stored at once, so that quitting right after a change counts. */
export function keptView<T extends object>(options: {
  initial: T
  read: () => Promise<T>
  store: (view: T) => Promise<void>
}): KeptView<T> {
  const { initial, read, store } = options
  const notices = useNotices()
  const view: ShallowRef<T> = shallowRef(initial)
  const loaded = shallowRef(false)

  async function load(): Promise<void> {
    if (loaded.value) return
    try {
      view.value = await read()
    } catch (error) {
      notices.addError(error)
    }
    loaded.value = true
  }
  watch(view, (chosen) => {
    if (loaded.value) store(chosen).catch(notices.addError)
  })
  function change(changes: Partial<T>): void {
    view.value = { ...view.value, ...changes }
  }
  return { view, loaded, load, change }
}
