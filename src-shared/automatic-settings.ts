import type { ImageShape } from '#shared/schemas/image.ts'
import type { RunConfig, SettingKey } from '#shared/schemas/run-config.ts'

/** The images of a run, as far as settings are chosen by them. */
export interface RunImages {
  shape: Pick<ImageShape, 'height' | 'width'>
  /** Of the dataset, without those that are excluded. */
  count: number
}

/** A setting that the preset `auto` chooses by the images, and why. */
export interface AutomaticSetting {
  key: 'patch' | 'codeKlWeight' | 'dropout'
  value: number
  because: 'imageSize' | 'fewImages'
}

/** Settings that may be chosen by the images. */
export const automaticKeys: readonly SettingKey[] = ['patch', 'codeKlWeight', 'dropout']

/** Most positions a side that the network works on. */
const maxPositions = 32
const patchSizes = [1, 2, 4, 8] as const

/**
 * With fewer images the code would tell each from all others, and samples would be near copies of them. Large images are
 * memorised more slowly, and need more of the code (docs/model.md, few images).
 */
const fewImages = 2000
const codeKlWeightOfFew = { small: 1.5, large: 0.6 }
const dropoutOfFew = { small: 0.45, large: 0.3 }

/**
 * What the preset `auto` chooses by the images, except settings that `changes` gives: the smallest patches that leave at most
 * 32 positions a side, and a higher weight of the code's KL and dropout for few images. Nothing for other presets.
 */
export function chosenByImages(
  preset: string,
  changes: Record<string, unknown>,
  { shape: { height, width }, count }: RunImages,
): AutomaticSetting[] {
  if (preset !== 'auto') return []
  const dividing = patchSizes.filter((size) => height % size === 0 && width % size === 0)
  const patch =
    dividing.find((size) => Math.max(height, width) <= maxPositions * size) ?? dividing.at(-1) ?? 1
  const size = Math.max(height, width) <= maxPositions ? 'small' : 'large'
  const chosen: AutomaticSetting[] = [
    { key: 'patch', value: patch, because: 'imageSize' },
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

/** A preset's changes completed by what it chooses by the images. */
export function fittedChanges(
  preset: string,
  changes: Record<string, unknown>,
  images: RunImages,
): Record<string, unknown> {
  const chosen = chosenByImages(preset, changes, images).map(({ key, value }) => [key, value] as const)
  return { ...changes, ...(Object.fromEntries(chosen) as Partial<RunConfig>) }
}
