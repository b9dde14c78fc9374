import { groupLimit } from '#shared/engine-messages.ts'
import type { PictureGroup, PictureSource } from '#shared/engine-messages.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { Dataset } from '../../datasets/packed-dataset.ts'
import { permutation } from '../rng.ts'

/**
 * The pictures of a group; of a label with more than `groupLimit` the same ones for each seed, in the dataset's order.
 * @throws FlowerbedError `bad-input` for a group without pictures, one that is too large, or a label that is not there
 */
export function groupPictures(group: PictureGroup): PictureSource[] {
  if (group.kind === 'label') return labelled(group)
  const { length } = group.pictures
  if (length === 0) throw new FlowerbedError('bad-input', 'A group needs at least one picture.')
  if (length > groupLimit)
    throw new FlowerbedError('bad-input', `A group has at most ${groupLimit} pictures, not ${length}.`)
  return group.pictures
}

function labelled(group: PictureGroup & { kind: 'label' }): PictureSource[] {
  const { datasetDirectory, label, seed } = group
  const dataset = new Dataset(datasetDirectory)
  const { labels, labelOf } = dataset.index
  dataset.close()
  const wanted = labels.indexOf(label)
  if (wanted < 0) {
    throw new FlowerbedError('bad-input', `The pictures have no label “${label}”.`, {
      hint:
        labels.length === 0
          ? 'They were imported without labels; give pictures instead.'
          : `There are: ${labels.join(', ')}.`,
    })
  }
  const indices = labelOf.flatMap((of, index) => (of === wanted ? [index] : []))
  if (indices.length === 0) throw new FlowerbedError('bad-input', `No picture has the label “${label}”.`)
  const chosen = [...permutation(indices.length, seed, 0).subarray(0, groupLimit)].sort((a, b) => a - b)
  return chosen.map((i) => ({ kind: 'dataset', datasetDirectory, index: indices[i] ?? 0 }))
}
