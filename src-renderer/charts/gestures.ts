export interface GestureTargets {
  /** Zoom around a place from 0 (left) to 1 (right); below 1 zooms in. */
  zoom: (at: number, factor: number) => void
  /** Move by a share of the width. */
  pan: (share: number) => void
  reset: () => void
}

const lineHeight = 16

/** Wheel zooms at the cursor; dragging with shift or with the middle button pans. The answer stops both. */
export function listenToGestures(over: HTMLElement, { zoom, pan }: GestureTargets): () => void {
  const stop = new AbortController()
  const { signal } = stop
  let lastX = 0
  let dragging: number | null = null

  function wheel(event: WheelEvent): void {
    event.preventDefault()
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : lineHeight
    const box = over.getBoundingClientRect()
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) pan((event.deltaX * unit) / box.width)
    else zoom((event.clientX - box.left) / box.width, Math.exp(event.deltaY * unit * 0.002))
  }

  function down(event: PointerEvent): void {
    if (event.button !== 1 && !(event.button === 0 && event.shiftKey)) return
    dragging = event.pointerId
    lastX = event.clientX
    over.setPointerCapture(event.pointerId)
    over.classList.add('panning')
  }

  function move(event: PointerEvent): void {
    if (event.pointerId !== dragging) return
    pan((lastX - event.clientX) / over.clientWidth)
    lastX = event.clientX
  }

  function up(event: PointerEvent): void {
    if (event.pointerId !== dragging) return
    dragging = null
    over.classList.remove('panning')
  }

  over.addEventListener('wheel', wheel, { signal, passive: false })
  over.addEventListener('pointerdown', down, { signal })
  over.addEventListener('pointermove', move, { signal })
  over.addEventListener('pointerup', up, { signal })
  over.addEventListener('pointercancel', up, { signal })
  // The middle button would start the browser's own scrolling.
  over.addEventListener(
    'mousedown',
    (event) => {
      if (event.button === 1) event.preventDefault()
    },
    { signal },
  )
  return () => {
    stop.abort()
  }
}

/** The same by keys: + and - zoom, arrows pan, 0 resets. True if the key meant something. */
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
