export interface SizeChoice {
  value: string
  title: string
}

/** Sides that halve well all the way down, which is what the networks like. */
const squares = [16, 32, 48, 64, 96, 128, 256]

/** Sizes to offer, smallest first: common squares, and what was suggested. */
export function sizeChoices({ width, height }: { width: number; height: number }): SizeChoice[] {
  const sides = squares.map((side) => ({ width: side, height: side }))
  const all = sides.some((s) => s.width === width && s.height === height)
    ? sides
    : [{ width, height }, ...sides]
  return all
    .sort((a, b) => a.width * a.height - b.width * b.height)
    .map((size) => ({
      value: `${size.width}x${size.height}`,
      title: `${size.width} × ${size.height}${size.width === width && size.height === height ? ' – suggested' : ''}`,
    }))
}
