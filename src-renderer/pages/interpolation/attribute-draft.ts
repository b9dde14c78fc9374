import { mostChosen } from '#shared/schemas/attribute.ts'
import type { AttributeGroup } from '#shared/schemas/attribute.ts'
import type { ChosenImage } from '#shared/schemas/chosen-image.ts'

/** A group while it is put together: what was chosen of the other kind stays. */
export interface GroupDraft {
  kind: AttributeGroup['kind']
  label: string
  /** Whether it is the images without the label. */
  others: boolean
  images: ChosenImage[]
}

/** What a new attribute starts from: a label and all other images, or two groups to choose. */
export function draftOf(labels: readonly string[]): { name: string; add: GroupDraft; subtract: GroupDraft } {
  const [label = ''] = labels
  const kind = labels.length > 0 ? 'label' : 'images'
  return {
    name: label,
    add: { kind, label, others: false, images: [] },
    subtract: { kind, label, others: true, images: [] },
  }
}

export const groupOf = ({ kind, label, others, images }: GroupDraft): AttributeGroup =>
  kind === 'label'
    ? { kind, label, others }
    : { kind, images: images.slice(0, mostChosen).map((image) => ({ ...image })) }

export const isComplete = ({ kind, label, images }: GroupDraft): boolean =>
  kind === 'label' ? label !== '' : images.length > 0
