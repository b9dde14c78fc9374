import { onKeyStroke } from '@vueuse/core'
import { shallowRef } from 'vue'
import type { ShallowRef } from 'vue'

/** Which slot the image picker fills, if it is open; Escape closes it. */
export function usePicker<Slot>(): {
  picking: Readonly<ShallowRef<Slot | null>>
  toggle: (slot: Slot) => void
  /** Closes the picker and answers the slot that it was open for. */
  close: () => Slot | null
} {
  const picking: ShallowRef<Slot | null> = shallowRef(null)
  function close(): Slot | null {
    const slot = picking.value
    picking.value = null
    return slot
  }
  onKeyStroke('Escape', close)
  return {
    picking,
    toggle: (slot) => {
      picking.value = picking.value === slot ? null : slot
    },
    close,
  }
}
