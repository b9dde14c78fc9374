import type { RunConfig } from '#shared/schemas/run-config.ts'
import type { ImageShape } from '#shared/schemas/image.ts'
import { uniformStream } from '../rng.ts'

/** How images are varied before they are learned from. */
export type Augmentation = Pick<RunConfig, 'flip' | 'flipVertical' | 'turn' | 'shift' | 'jitter'>

export const movesPixels = ({ flip, flipVertical, turn, shift }: Augmentation): boolean =>
  flip || flipVertical || turn || shift > 0
export const changesLight = ({ jitter }: Augmentation): boolean => jitter > 0

/** Numbers of a view, and of a light. */
export const viewLength = 5
export const lightLength = 2

/** How each image of a step is looked at: what `moved` and `relit` (pixels.ts) take. */
export interface Variation {
  /** `[count, 5]`: down, right, first, per row, per column. */
  views: Float32Array
  /** `[count, 2]`: brightness, contrast. */
  lights: Float32Array
}

/**
 * Draws how the images of a step are varied, each by chance that is a pure function of (seed, step, purpose). Mirrors
 * come first, then turns, shifts and light.
 */
export function randomVariation(options: {
  settings: Augmentation
  shape: ImageShape
  count: number
  seed: number
  step: number
}): Variation {
  const { settings, shape, count, seed, step } = options
  const { height, width } = shape
  const flips = uniformStream(seed, step, 'flip')
  const verticalFlips = uniformStream(seed, step, 'vertical flip')
  const turns = uniformStream(seed, step, 'turn')
  const shifts = uniformStream(seed, step, 'shift')
  const jitters = uniformStream(seed, step, 'jitter')
  // A quarter turn of an image that is not square has another shape.
  const ways = height === width ? [0, 1, 2, 3] : [0, 2]
  const [down, right] = [reach(settings.shift, height), reach(settings.shift, width)]
  const jitter = () => (2 * jitters() - 1) * settings.jitter
  const views = new Float32Array(viewLength * count)
  const lights = new Float32Array(lightLength * count)
  for (let i = 0; i < count; i++) {
    const view = viewOf(shape, {
      mirrored: settings.flip && flips() < 0.5,
      upsideDown: settings.flipVertical && verticalFlips() < 0.5,
      quarters: settings.turn ? (ways[Math.floor(turns() * ways.length)] ?? 0) : 0,
      down: settings.shift > 0 ? among(down, shifts()) : 0,
      right: settings.shift > 0 ? among(right, shifts()) : 0,
    })
    views.set(view, viewLength * i)
    if (settings.jitter > 0) lights.set([jitter(), 1 + jitter()], lightLength * i)
  }
  return { views, lights }
}

/** Pixels of a share of a side; a shift that is asked for is at least one. */
const reach = (share: number, side: number) => Math.max(1, Math.round(share * side))
/** A whole number from −most to most for a uniform one in [0, 1). */
const among = (most: number, uniform: number) => Math.floor(uniform * (2 * most + 1)) - most

/**
 * A way to look at an image as five numbers: it is moved `down` and `right`, its edges repeated, and then the pixel at
 * row y and column x is the image's pixel number `first` + y · `perRow` + x · `perColumn`, counted row by row.
 * `quarters` are turns counter-clockwise of the mirrored image; an odd number needs a square.
 */
export function viewOf(
  { height, width }: ImageShape,
  way: { mirrored: boolean; upsideDown: boolean; quarters: number; down: number; right: number },
): [down: number, right: number, first: number, perRow: number, perColumn: number] {
  const { mirrored, upsideDown, quarters, down, right } = way
  // Row and column that a pixel comes from, each as a start and how far it moves with y and with x.
  const turned = [
    { row: [0, 1, 0], column: [0, 0, 1] },
    { row: [0, 0, 1], column: [width - 1, -1, 0] },
    { row: [height - 1, -1, 0], column: [width - 1, 0, -1] },
    { row: [height - 1, 0, -1], column: [0, 1, 0] },
  ][quarters]
  const { row, column } = turned as { row: Line; column: Line }
  const fromRow = upsideDown ? mirror(row, height) : row
  const fromColumn = mirrored ? mirror(column, width) : column
  const [first, perRow, perColumn] = fromRow.map(
    (part, i) => part * width + (fromColumn[i] as number),
  ) as Line
  return [down, right, first, perRow, perColumn]
}

type Line = [start: number, perRow: number, perColumn: number]
const mirror = ([start, perRow, perColumn]: Line, side: number): Line => [
  side - 1 - start,
  -perRow,
  -perColumn,
]
