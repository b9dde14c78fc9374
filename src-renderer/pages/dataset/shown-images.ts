import type { DatasetContents } from '#shared/ipc.ts'
import { longSide } from './size-histogram.ts'

/** Which images of a dataset the contact sheet shows. */
export type Selection =
  | { kind: 'all' }
  | { kind: 'excluded' }
  | { kind: 'label'; label: number }
  | { kind: 'size'; from: number; to: number }
  | { kind: 'duplicates'; images: number[] }

/** Their positions in the dataset, in its order; of near duplicates group by group. */
export function shownImages(
  selection: Selection,
  {
    contents,
    count,
    excluded,
  }: { contents: DatasetContents | null; count: number; excluded: ReadonlySet<number> },
): number[] {
  if (selection.kind === 'duplicates') return selection.images
  const all = Array.from({ length: count }, (_, i) => i)
  switch (selection.kind) {
    case 'all':
      return all
    case 'excluded':
      return all.filter((image) => excluded.has(image))
    case 'label':
      return all.filter((image) => contents?.labelOf[image] === selection.label)
    case 'size':
      return all.filter((image) => {
        const side = contents ? longSide(contents, image) : 0
        return side >= selection.from && side < selection.to
      })
  }
}

/** Counts of each label, and of the images without one. */
export function labelCounts({ labels, labelOf }: Pick<DatasetContents, 'labels' | 'labelOf'>): {
  label: number
  name: string | null
  count: number
}[] {
  const counts = new Map<number, number>()
  for (const label of labelOf) counts.set(label, (counts.get(label) ?? 0) + 1)
  return [...labels.keys(), -1].flatMap((label) => {
    const count = counts.get(label) ?? 0
    return label < 0 && count === 0 ? [] : [{ label, name: labels[label] ?? null, count }]
  })
}
