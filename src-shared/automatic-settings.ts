import { chosenByTime } from '#shared/budget-settings.ts'
import type { TimeBudget } from '#shared/budget-settings.ts'
import type { AutomaticSetting } from '#shared/schemas/automatic.ts'
import type { ImageShape } from '#shared/schemas/image.ts'
import type { RunConfig } from '#shared/schemas/run-config.ts'

/** The images of a run, as far as settings are chosen by them. */
export interface RunImages {
  shape: Pick<ImageShape, 'height' | 'width'>
  /** Of the dataset, without those that are excluded. */
  count: number
}

/** The presets that choose settings by the images: those of one model, at most so many positions a side. */
const positionsAtMost: Partial<Record<string, number>> = { auto: 32, fast: 32, balanced: 32, quality: 32 }

/** Whether a preset chooses settings by the images. */
export const choosesByImages = (preset: string): boolean => preset in positionsAtMost
/** Whether a preset chooses settings by the time given and the speed of the device, too. */
export const choosesByTime = (preset: string): boolean => preset === 'auto'

/** Settings that a preset may choose: what is typed of them counts also where it is the preset's own value. */
export const automaticKeys = (preset: string): readonly AutomaticSetting['key'][] => [
  ...(choosesByImages(preset) ? (['patch', 'codeKlWeight', 'dropout'] as const) : []),
  ...(choosesByTime(preset) ? (['hidden', 'batch', 'learningRate'] as const) : []),
]

const patchSizes = [1, 2, 3, 4, 5, 6, 7, 8] as const
/** With fewer positions a side nothing small is seen. */
const fewestPositions = 12

/**
 * With fewer images the code would tell each from all others, and samples would be near copies of them. Large images are
 * memorised more slowly, and need more of the code (docs/model.md, few images).
 */
const fewImages = 2000
const smallSide = 32
const codeKlWeightOfFew = { small: 1.5, large: 0.6 }
const dropoutOfFew = { small: 0.45, large: 0.3 }

/**
 * The smallest patches that leave at most `most` positions a side, an even number where that is possible: the network halves
 * it. Where no patches divide the image so, the largest that do.
 */
function patchOf({ height, width }: RunImages['shape'], most: number): number {
  const side = Math.max(height, width)
  const dividing = patchSizes.filter((size) => height % size === 0 && width % size === 0)
  const fitting = dividing.filter((size) => side <= most * size && side >= fewestPositions * size)
  const even = fitting.find((size) => (height / size) % 2 === 0 && (width / size) % 2 === 0)
  return even ?? fitting[0] ?? dividing.find((size) => side <= most * size) ?? dividing.at(-1) ?? 1
}

/**
 * What a preset chooses by the images, except settings that `changes` gives: the patch size, and a higher weight of the
 * code's KL and dropout for few images. Nothing for presets of other models.
 */
export function chosenByImages(
  preset: string,
  changes: Record<string, unknown>,
  { shape, count }: RunImages,
): AutomaticSetting[] {
  const most = positionsAtMost[preset]
  if (most === undefined) return []
  const size = Math.max(shape.height, shape.width) <= smallSide ? 'small' : 'large'
  const chosen: AutomaticSetting[] = [
    { key: 'patch', value: patchOf(shape, most), because: 'imageSize' },
    ...(count < fewImages
      ? ([
          { key: 'codeKlWeight', value: codeKlWeightOfFew[size], because: 'fewImages' },
          // Other networks cannot train with it.
          ...((changes['network'] ?? 'resunet') === 'resunet'
            ? [{ key: 'dropout', value: dropoutOfFew[size], because: 'fewImages' } as const]
            : []),
        ] as const)
      : []),
  ]
  return chosen.filter(({ key }) => changes[key] === undefined)
}

/** What a preset chooses by the images and, where `budget` is known, by the time given. */
export function chosenSettings(
  preset: string,
  changes: Record<string, unknown>,
  { images, budget }: { images: RunImages; budget: TimeBudget | null },
): AutomaticSetting[] {
  const byImages = chosenByImages(preset, changes, images)
  if (!budget || !choosesByTime(preset)) return byImages
  return [...byImages, ...chosenByTime(budget).filter(({ key }) => changes[key] === undefined)]
}

/** A preset's changes completed by what it chooses. */
export function withChosen(
  changes: Record<string, unknown>,
  chosen: readonly AutomaticSetting[],
): Record<string, unknown> {
  const values = chosen.map(({ key, value }) => [key, value] as const)
  return { ...changes, ...(Object.fromEntries(values) as Partial<RunConfig>) }
}

/** A preset's changes completed by what it chooses by the images. */
export const fittedChanges = (
  preset: string,
  changes: Record<string, unknown>,
  images: RunImages,
): Record<string, unknown> => withChosen(changes, chosenByImages(preset, changes, images))
