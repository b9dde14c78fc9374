import { watchDebounced } from '@vueuse/core'
import { shallowRef } from 'vue'
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

/** How a page shows what it shows, kept from launch to launch. @param options `saveAfterMs`: stored this long after the last change */
export function keptView<T extends object>(options: {
  initial: T
  read: () => Promise<T>
  store: (view: T) => Promise<void>
  saveAfterMs?: number
}): KeptView<T> {
  const { initial, read, store, saveAfterMs = 0 } = options
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
  watchDebounced(
    view,
    (chosen) => {
      if (loaded.value) store(chosen).catch(notices.addError)
    },
    { debounce: saveAfterMs },
  )
  function change(changes: Partial<T>): void {
    view.value = { ...view.value, ...changes }
  }
  return { view, loaded, load, change }
}
