/** How far into an image a pane looks: `zoom` times as large, moved by shares of the pane. */
export interface View {
  zoom: number
  x: number
  y: number
}

export const home: View = { zoom: 1, x: 0, y: 0 }
const mostZoom = 16

/** The view with its image kept over the middle of the pane. */
export function clampView({ zoom, x, y }: View): View {
  const scale = Math.min(mostZoom, Math.max(1, zoom))
  const reach = (scale - 1) / 2
  const within = (value: number) => Math.min(reach, Math.max(-reach, value))
  return { zoom: scale, x: within(x), y: within(y) }
}

/** The view after a turn of the wheel over a point, given as shares of the pane from its middle; the point stays. */
export function zoomAt(view: View, { by, x, y }: { by: number; x: number; y: number }): View {
  const zoom = Math.min(mostZoom, Math.max(1, view.zoom * by))
  const ratio = zoom / view.zoom
  return clampView({ zoom, x: x - (x - view.x) * ratio, y: y - (y - view.y) * ratio })
}

export const transformOf = ({ zoom, x, y }: View): string =>
  `translate(${100 * x}%, ${100 * y}%) scale(${zoom})`
