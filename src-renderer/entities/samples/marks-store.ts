import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { SampleRecord } from '#shared/schemas/run.ts'
import type { SampleMark } from '#shared/schemas/sample-mark.ts'
import { request } from '../../api/index.ts'
import { useNotices } from '../../composables/notices.ts'

const keyOf = (sample: string, image: number) => `${sample}#${image}`

/** What the user says of single samples: starred, hidden, collections; of the runs that were shown. */
export const useMarks = defineStore('marks', () => {
  const notices = useNotices()
  const byImage = shallowRef<ReadonlyMap<string, SampleMark>>(new Map())
  const loaded = new Set<string>()

  async function load(runId: string): Promise<void> {
    if (loaded.has(runId)) return
    loaded.add(runId)
    try {
      const found = await request('samples.marks', { id: runId })
      // What was changed meanwhile is newer.
      byImage.value = new Map([
        ...found.map((mark) => [keyOf(mark.sample, mark.image), mark] as const),
        ...byImage.value,
      ])
    } catch (error) {
      loaded.delete(runId)
      notices.addError(error)
    }
  }

  const of = ({ id }: SampleRecord, image: number): SampleMark =>
    byImage.value.get(keyOf(id, image)) ?? {
      sample: id,
      image,
      starred: false,
      hidden: false,
      collections: [],
    }

  /** Changes what is said of an image, at once; reverted with a notice where it cannot be stored. */
  async function change(record: SampleRecord, image: number, changes: Partial<SampleMark>): Promise<void> {
    const before = of(record, image)
    const mark = { ...before, ...changes }
    const put = (value: SampleMark) => {
      byImage.value = new Map(byImage.value).set(keyOf(record.id, image), value)
    }
    put(mark)
    try {
      await request('samples.mark', { mark })
    } catch (error) {
      if (of(record, image) === mark) put(before)
      notices.addError(error)
    }
  }

  const toggle = (record: SampleRecord, image: number, what: 'starred' | 'hidden') =>
    change(record, image, { [what]: !of(record, image)[what] })

  return { byImage, load, of, change, toggle }
})
