import { groupLimit } from '#shared/sampling-messages.ts'
import type { ImageGroup, ImageSource } from '#shared/sampling-messages.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { Dataset } from '../../datasets/packed-dataset.ts'
import { permutation } from '../rng.ts'

/**
 * The images of a group; at most `groupLimit` of a label, chosen by the seed, in the dataset's order.
 * @throws FlowerbedError `bad-input` for a group without images, a group that is too large, or an unknown label
 */
export function groupImages(group: ImageGroup): ImageSource[] {
  if (group.kind === 'label') return imagesOfLabel(group)
  const { length } = group.images
  if (length === 0) throw new FlowerbedError('bad-input', errorText('group.empty'))
  if (length > groupLimit)
    throw new FlowerbedError('bad-input', errorText('group.tooLarge', { most: groupLimit, count: length }))
  return group.images
}

function imagesOfLabel(group: ImageGroup & { kind: 'label' }): ImageSource[] {
  const { datasetDirectory, label, seed, others = false, most = groupLimit } = group
  const dataset = new Dataset(datasetDirectory)
  const { labels, labelOf } = dataset.index
  dataset.close()
  const labelIndex = labels.indexOf(label)
  if (labelIndex < 0) {
    const text =
      labels.length === 0
        ? errorText('group.withoutLabels', { label })
        : errorText('group.unknownLabel', { label, choices: labels.join(', ') })
    throw new FlowerbedError('bad-input', text)
  }
  const indices = labelOf.flatMap((of, index) => ((of === labelIndex) !== others ? [index] : []))
  if (indices.length === 0)
    throw new FlowerbedError(
      'bad-input',
      errorText(others ? 'group.allHaveLabel' : 'group.labelWithoutImage', { label }),
    )
  const chosen = [...permutation(indices.length, seed, 0).subarray(0, most)].sort((a, b) => a - b)
  return chosen.map((i) => ({ kind: 'dataset', datasetDirectory, index: indices[i] ?? 0 }))
}
