import { useEventListener } from '@vueuse/core'
import type { Ref } from 'vue'

export interface GestureTargets {
  /** Zoom around a position from 0 (left) to 1 (right); below 1 zooms in. */
  zoom: (at: number, factor: number) => void
  /** Move by a share of the width. */
  pan: (share: number) => void
  reset: () => void
}

const lineHeight = 16

/** The wheel zooms at the pointer; dragging with shift or with the middle button pans. */
export function useGestures(
  area: Readonly<Ref<HTMLElement | null>>,
  { zoom, pan }: Pick<GestureTargets, 'zoom' | 'pan'>,
): void {
  let lastX = 0
  let dragging: number | null = null
  const width = (): number => area.value?.clientWidth ?? 1

  function wheel(event: WheelEvent): void {
    event.preventDefault()
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : lineHeight
    const left = area.value?.getBoundingClientRect().left ?? 0
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) pan((event.deltaX * unit) / width())
    else zoom((event.clientX - left) / width(), Math.exp(event.deltaY * unit * 0.002))
  }

  function down(event: PointerEvent): void {
    if (event.button !== 1 && !(event.button === 0 && event.shiftKey)) return
    dragging = event.pointerId
    lastX = event.clientX
    area.value?.setPointerCapture(event.pointerId)
    area.value?.classList.add('panning')
  }

  function move(event: PointerEvent): void {
    if (event.pointerId !== dragging) return
    pan((lastX - event.clientX) / width())
    lastX = event.clientX
  }

  function up(event: PointerEvent): void {
    if (event.pointerId !== dragging) return
    dragging = null
    area.value?.classList.remove('panning')
  }

  useEventListener(area, 'wheel', wheel, { passive: false })
  useEventListener(area, 'pointerdown', down)
  useEventListener(area, 'pointermove', move)
  useEventListener(area, ['pointerup', 'pointercancel'], up)
  // The middle button would start the browser's own scrolling.
  useEventListener(area, 'mousedown', (event) => {
    if (event.button === 1) event.preventDefault()
  })
}

/** The same by keys: + and - zoom, arrows pan, 0 resets. True if the key was one of them. */
export function handleKey(event: KeyboardEvent, { zoom, pan, reset }: GestureTargets): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false
  if (event.key === '+' || event.key === '=') zoom(0.5, 2 / 3)
  else if (event.key === '-' || event.key === '_') zoom(0.5, 1.5)
  else if (event.key === 'ArrowLeft' || event.key === 'ArrowDown') pan(-0.1)
  else if (event.key === 'ArrowRight' || event.key === 'ArrowUp') pan(0.1)
  else if (event.key === '0') reset()
  else return false
  return true
}
