/** Electron's rectangle, in points of the desktop that all displays share. */
export interface Bounds {
  x: number
  y: number
  width: number
  height: number
}
export type Size = Pick<Bounds, 'width' | 'height'>

/** Of a window's upper edge this much must be on a display for it to be dragged by. */
const grip = { width: 100, height: 32 }

/**
 * Where a window opens: as it was left if that still lies on a display, else moved and shrunk until it does. `minimum` is
 * the smallest size that it may then have, which a small display makes smaller.
 * @param options.areas the displays without their bars, the primary one first
 */
export function fitWindow(options: {
  remembered: Bounds | undefined
  areas: readonly Bounds[]
  firstSize: Size
  smallest: Size
}): { bounds: Bounds; minimum: Size } {
  const { remembered, areas, firstSize, smallest } = options
  const known = remembered && hasNumbers(remembered) ? rounded(remembered) : undefined
  const area = nearest(areas.filter(hasRoom), known)
  if (!area) return { bounds: { x: 0, y: 0, ...firstSize }, minimum: smallest }
  const minimum = {
    width: Math.min(smallest.width, area.width),
    height: Math.min(smallest.height, area.height),
  }
  const size = known ?? firstSize
  const width = clamp(size.width, minimum.width, area.width)
  const height = clamp(size.height, minimum.height, area.height)
  // Without a remembered position it opens in the middle.
  const x = known?.x ?? area.x + Math.floor((area.width - width) / 2)
  const y = known?.y ?? area.y + Math.floor((area.height - height) / 2)
  return {
    bounds: {
      x: clamp(x, area.x, area.x + area.width - width),
      y: clamp(y, area.y, area.y + area.height - height),
      width,
      height,
    },
    minimum,
  }
}

/** Whether a window can be dragged: enough of its title bar lies on one display. */
export function isReachable(bounds: Bounds, areas: readonly Bounds[]): boolean {
  const bar = { ...bounds, height: grip.height }
  return areas.some((area) => {
    const { width, height } = shared(bar, area)
    return width >= Math.min(grip.width, bounds.width) && height === grip.height
  })
}

/** The display that shows most of a window; the primary one for a window that none shows. */
function nearest(areas: readonly Bounds[], window: Bounds | undefined): Bounds | undefined {
  let [best] = areas
  let most = 0
  if (!window) return best
  for (const area of areas) {
    const { width, height } = shared(window, area)
    const shown = width * height
    if (shown > most) [best, most] = [area, shown]
  }
  return best
}

/** How wide and how high the part is that two rectangles share. */
function shared(a: Bounds, b: Bounds): Size {
  const right = Math.min(a.x + a.width, b.x + b.width)
  const bottom = Math.min(a.y + a.height, b.y + b.height)
  return { width: Math.max(0, right - Math.max(a.x, b.x)), height: Math.max(0, bottom - Math.max(a.y, b.y)) }
}

const clamp = (value: number, from: number, to: number): number => Math.max(from, Math.min(to, value))

const hasNumbers = ({ x, y, width, height }: Bounds): boolean => [x, y, width, height].every(Number.isFinite)

const hasRoom = (area: Bounds): boolean => hasNumbers(area) && area.width > 0 && area.height > 0

const rounded = ({ x, y, width, height }: Bounds): Bounds => ({
  x: Math.round(x),
  y: Math.round(y),
  width: Math.round(width),
  height: Math.round(height),
})
