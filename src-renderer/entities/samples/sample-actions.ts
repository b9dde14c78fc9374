import type { SampleRecord } from '#shared/schemas/run.ts'
import { request } from '../../api/index.ts'
import { useNotices } from '../../composables/notices.ts'
import { t } from '../../i18n.ts'

/** What can be done with images of a sheet outside of the app. */
export function useSampleActions() {
  const notices = useNotices()
  const chosen = (record: SampleRecord, images: number[]) => ({ id: record.runId, sample: record.id, images })

  async function attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      notices.addError(error)
    }
  }

  const save = (record: SampleRecord, images: number[]) =>
    attempt(async () => {
      const path = await request('samples.save', chosen(record, images))
      if (path !== null) notices.add({ level: 'info', message: t('gallery.actions.saved', { path }) })
    })
  const copy = (record: SampleRecord, images: number[]) =>
    attempt(async () => {
      const png = await request('samples.png', chosen(record, images))
      const blob = new Blob([new Uint8Array(png)], { type: 'image/png' })
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': blob })])
      notices.add({ level: 'info', message: t('gallery.actions.copied') })
    })
  /** For `dragstart`: the system drags a file instead of the element. */
  const dragOut = (event: DragEvent, record: SampleRecord, image: number) => {
    event.preventDefault()
    void attempt(() => request('samples.drag', chosen(record, [image])))
  }
  return { save, copy, dragOut }
}

/** All positions of a sheet. */
export const allOf = ({ count }: SampleRecord): number[] => Array.from({ length: count }, (_, i) => i)
