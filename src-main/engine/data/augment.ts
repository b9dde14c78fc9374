import type { RunConfig } from '#shared/schemas/run-config.ts'
import type { ImageShape } from '#shared/schemas/image.ts'
import { augmentationSize } from '../model/nets/network.ts'
import { uniformStream } from '../rng.ts'

/** How images are augmented before training, and whether the network is told. */
export type Augmentation = Pick<
  RunConfig,
  'flip' | 'flipVertical' | 'turn' | 'shift' | 'jitter' | 'augmentCondition'
>

export const movesPixels = ({ flip, flipVertical, turn, shift }: Augmentation): boolean =>
  flip || flipVertical || turn || shift > 0
export const changesLight = ({ jitter }: Augmentation): boolean => jitter > 0

/** Numbers per image in `views` and in `lights`. */
export const viewLength = 5
export const lightLength = 2

/** Parameters of the augmentation of each image of a step, for `transformed` and `jittered` (pixels.ts). */
export interface AugmentationParameters {
  /** `[count, 5]`: down, right, first, per row, per column. */
  views: Float32Array
  /** `[count, 2]`: brightness, contrast. */
  lights: Float32Array
  /**
   * `[count, augmentationSize]`, what the network is told: mirrored, upside down, cos − 1 and sin of the rotation (Karras et
   * al. 2022, table 6), and as shares of their limits the shift down and right, brightness and contrast.
   */
  conditions: Float32Array
}

/**
 * Random augmentation of the images of a step, a pure function of (seed, step). Images are flipped first, then rotated,
 * shifted and jittered.
 */
export function randomAugmentation(options: {
  settings: Augmentation
  shape: ImageShape
  count: number
  seed: number
  step: number
}): AugmentationParameters {
  const { settings, shape, count, seed, step } = options
  const { height, width } = shape
  const flips = uniformStream(seed, step, 'flip')
  const verticalFlips = uniformStream(seed, step, 'vertical flip')
  const turns = uniformStream(seed, step, 'turn')
  const shifts = uniformStream(seed, step, 'shift')
  const jitters = uniformStream(seed, step, 'jitter')
  // A quarter turn would change the shape of an image that is not square.
  const turnChoices = height === width ? [0, 1, 2, 3] : [0, 2]
  const [maxDown, maxRight] = [maxShift(settings.shift, height), maxShift(settings.shift, width)]
  const jitter = () => (2 * jitters() - 1) * settings.jitter
  const views = new Float32Array(viewLength * count)
  const lights = new Float32Array(lightLength * count)
  const conditions = new Float32Array(augmentationSize * count)
  for (let i = 0; i < count; i++) {
    const transformation = {
      mirrored: settings.flip && flips() < 0.5,
      upsideDown: settings.flipVertical && verticalFlips() < 0.5,
      quarters: settings.turn ? (turnChoices[Math.floor(turns() * turnChoices.length)] ?? 0) : 0,
      down: settings.shift > 0 ? integerIn(maxDown, shifts()) : 0,
      right: settings.shift > 0 ? integerIn(maxRight, shifts()) : 0,
    }
    const [brightness, contrast] = settings.jitter > 0 ? [jitter(), jitter()] : [0, 0]
    views.set(viewOf(shape, transformation), viewLength * i)
    lights.set([brightness, 1 + contrast], lightLength * i)
    const { mirrored, upsideDown, quarters, down, right } = transformation
    const limit = settings.jitter > 0 ? settings.jitter : 1
    conditions.set(
      [
        ...[Number(mirrored), Number(upsideDown), ...rotation(quarters)],
        ...[down / maxDown, right / maxRight, brightness / limit, contrast / limit],
      ],
      augmentationSize * i,
    )
  }
  return { views, lights, conditions }
}

/** cos − 1 and sin of a rotation by quarter turns: zeros without one. */
const rotation = (quarters: number) =>
  [
    [0, 0],
    [-1, 1],
    [-2, 0],
    [-1, -1],
  ][quarters] ?? [0, 0]

/** Largest shift in pixels, for a share of a side; at least one. */
const maxShift = (share: number, side: number) => Math.max(1, Math.round(share * side))
/** An integer from −max to max for a uniform number in [0, 1). */
const integerIn = (max: number, uniform: number) => Math.floor(uniform * (2 * max + 1)) - max

/**
 * A transformation of an image as five numbers: it is shifted `down` and `right`, with repeated edges, and then the pixel
 * at row y and column x is the image's pixel `first` + y · `perRow` + x · `perColumn`, counted row by row.
 * `quarters` are quarter turns counter-clockwise of the flipped image; an odd number needs a square image.
 */
export function viewOf(
  { height, width }: ImageShape,
  transformation: { mirrored: boolean; upsideDown: boolean; quarters: number; down: number; right: number },
): [down: number, right: number, first: number, perRow: number, perColumn: number] {
  const { mirrored, upsideDown, quarters, down, right } = transformation
  // The source row and column of a pixel, each as a start and its increments per y and per x.
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
