import { computed, reactive, shallowRef, watch } from 'vue'
import type { AttributeGroup, AttributeRecord } from '#shared/schemas/attribute.ts'
import type { ChosenImage } from '#shared/schemas/chosen-image.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { request } from '../../api/index.ts'
import { useNotices } from '../../composables/notices.ts'
import { useUndo } from '../../composables/undo.ts'
import { t } from '../../i18n.ts'
import { defaultOptions } from './encoding-options.ts'
import type { ChosenImages } from './use-chosen-images.ts'
import { useLatestResult } from './use-latest-result.ts'
import { useMovedImage } from './use-moved-image.ts'

/** What a new attribute is made of. */
export interface AttributeDraft {
  name: string
  add: AttributeGroup
  subtract: AttributeGroup
}

/** A run's attributes, the strength of each, and the image that they change. */
export function useAttributes(run: RunRecord, { images }: Pick<ChosenImages, 'images'>) {
  const notices = useNotices()
  const offerUndo = useUndo()
  const records = shallowRef<AttributeRecord[]>([])
  const strengths = reactive(new Map<string, number>())
  const image = shallowRef<ChosenImage | null>(images.value[0] ?? null)
  const options = reactive(defaultOptions(run))
  const applied = computed(() =>
    records.value.flatMap(({ id: attribute }) => {
      const strength = strengths.get(attribute) ?? 0
      return strength === 0 ? [] : [{ attribute, strength }]
    }),
  )
  const moved = useMovedImage(run, options, { image: () => image.value, strengths: () => applied.value })
  const finding = useLatestResult<AttributeRecord>()
  let isOpened = false

  /** Loads what there is, and encodes the image, when the page is first shown. */
  async function open(): Promise<void> {
    if (isOpened) return
    isOpened = true
    void moved.encode()
    await attempt(async () => {
      records.value = await request('attributes.list', { id: run.id })
    })
  }
  async function attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (thrown) {
      notices.addError(thrown)
    }
  }
  function put(found: AttributeRecord): void {
    const others = records.value.filter(({ id }) => id !== found.id)
    records.value = [...others, found].sort((a, b) => a.createdAt - b.createdAt)
  }
  // What is found stays, whether or not its dialog does.
  watch(finding.result, (found) => {
    if (found) put(found)
  })

  const create = (draft: AttributeDraft) =>
    finding.load((job) => request('attributes.create', { id: run.id, job, ...draft }))
  const update = (attribute: string) =>
    finding.load((job) => request('attributes.update', { id: run.id, attribute, job }))
  const rename = (attribute: string, name: string) =>
    attempt(async () => {
      await request('attributes.rename', { id: run.id, attribute, name })
      records.value = records.value.map((one) => (one.id === attribute ? { ...one, name } : one))
    })
  const remove = (attribute: string) =>
    attempt(async () => {
      const deletion = await request('attributes.delete', { id: run.id, attribute })
      const strength = strengths.get(attribute)
      const deleted = records.value.find(({ id }) => id === attribute)
      records.value = records.value.filter(({ id }) => id !== attribute)
      strengths.delete(attribute)
      if (!deleted) return
      offerUndo(t('interpolation.attributes.deleted', { name: deleted.name }), deletion, () => {
        put(deleted)
        if (strength !== undefined) strengths.set(attribute, strength)
      })
    })
  function reset(): void {
    strengths.clear()
  }
  return { records, strengths, image, options, moved, finding, open, create, update, rename, remove, reset }
}

export type Attributes = ReturnType<typeof useAttributes>
