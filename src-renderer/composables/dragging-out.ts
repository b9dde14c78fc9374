import { shallowRef } from 'vue'

/** Whether the pointer drags an image out of the window. */
export const draggingOut = shallowRef(false)

/** Marks the drag that begins now; the system reports no end, but no pointer moves before it. */
export function beginDraggingOut(): void {
  draggingOut.value = true
  const end = () => {
    draggingOut.value = false
  }
  window.addEventListener('pointermove', end, { once: true, capture: true })
}
