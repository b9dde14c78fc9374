/** The tray's colour: legible on light and dark panels; red, green and blue. */
const colour = [63, 160, 110] as const
/** Of the ring where it is not filled yet. */
const faint = 0.35
/** Samples along each side of a pixel, so that the ring has smooth edges. */
const samples = 4

/**
 * A ring that is filled clockwise from the top, as premultiplied BGRA rows.
 * @param share of it that is filled, in [0, 1]; null for the mere dot of an app that trains nothing
 */
export function ringBitmap(size: number, share: number | null): Buffer {
  const bytes = Buffer.alloc(4 * size * size)
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const alpha = coverage({ x, y, size, share })
      const [red, green, blue] = colour.map((part) => Math.round(part * alpha))
      bytes.set([blue ?? 0, green ?? 0, red ?? 0, Math.round(255 * alpha)], 4 * (y * size + x))
    }
  }
  return bytes
}

/** How much of a pixel is painted, in [0, 1]. */
function coverage({
  x,
  y,
  size,
  share,
}: {
  x: number
  y: number
  size: number
  share: number | null
}): number {
  let sum = 0
  for (let i = 0; i < samples; i++) {
    for (let j = 0; j < samples; j++) {
      // In units of half the icon, from its middle.
      const across = (2 * (x + (i + 0.5) / samples)) / size - 1
      const down = (2 * (y + (j + 0.5) / samples)) / size - 1
      sum += opacity(Math.hypot(across, down), turn(across, down), share)
    }
  }
  return sum / samples ** 2
}

/** Where a point lies, clockwise from the top, in [0, 1). */
const turn = (across: number, down: number): number => (Math.atan2(across, -down) / (2 * Math.PI) + 1) % 1

function opacity(radius: number, at: number, share: number | null): number {
  if (radius < 0.3) return 1
  if (share === null || radius < 0.6 || radius > 0.9) return 0
  return at < share ? 1 : faint
}
