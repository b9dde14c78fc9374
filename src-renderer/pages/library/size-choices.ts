import { t } from '../../i18n.ts'

export interface SizeChoice {
  value: string
  title: string
}

/** Sides that can be halved several times, as the networks do. */
const squares = [16, 32, 48, 64, 96, 128, 256]

/** Sizes to offer, smallest first: common squares, and the suggested size. */
export function sizeChoices({ width, height }: { width: number; height: number }): SizeChoice[] {
  const sides = squares.map((side) => ({ width: side, height: side }))
  const all = sides.some((s) => s.width === width && s.height === height)
    ? sides
    : [{ width, height }, ...sides]
  return all
    .sort((a, b) => a.width * a.height - b.width * b.height)
    .map((size) => ({
      value: `${size.width}x${size.height}`,
      title:
        size.width === width && size.height === height
          ? t('library.import.size.suggested', size)
          : t('common.size', size),
    }))
}
