import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'

/**
 * The index of a run's label.
 * @throws FlowerbedError `bad-input` for a name that is none of its labels, or for a run without labels
 */
export function labelIndex(names: string[], label: string): number {
  const index = names.indexOf(label)
  if (index >= 0) return index
  const trained = names.length > 0
  const text = trained
    ? errorText('labels.unknown', { label, choices: names.join(', ') })
    : errorText('labels.none')
  throw new FlowerbedError('bad-input', text, { where: 'label' })
}

/**
 * The indices of the labels of some images: of the given label, else in turn, so that image i of a seed has the label
 * i mod their number. Null for a run without labels.
 * @throws FlowerbedError `bad-input` as `labelIndex`
 */
export function labelsOfImages(
  names: string[],
  { label, first, count }: { label: string | null; first: number; count: number },
): Float32Array | null {
  const given = label === null ? null : labelIndex(names, label)
  if (names.length === 0) return null
  return Float32Array.from({ length: count }, (_, i) => given ?? (first + i) % names.length)
}
