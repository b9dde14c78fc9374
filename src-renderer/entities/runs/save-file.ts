import type { SavedFormat } from '#shared/ipc/files.ts'
import { request } from '../../api/index.ts'
import { useNotices } from '../../composables/notices.ts'
import { t } from '../../i18n.ts'

/** The message about the file that was saved last: one is enough. */
let last: number | null = null

/** Says where a file was saved, and offers to show it there. */
export function useSaved(): (path: string | null) => void {
  const notices = useNotices()
  return (path) => {
    if (path === null) return
    const run = () => void request('files.reveal', { path }).catch(notices.addError)
    if (last !== null) notices.dismiss(last)
    last = notices.add({
      level: 'info',
      message: t('runs.saved.message', { path }),
      action: { label: t('runs.saved.reveal'), run },
    })
  }
}

/** Saves a file that the window makes, where the user says. */
export function useSaveFile(): (file: {
  format: SavedFormat
  name: string
  content: () => Promise<string | Uint8Array<ArrayBuffer>> | string
}) => Promise<void> {
  const notices = useNotices()
  const saved = useSaved()
  return async ({ content, ...file }) => {
    try {
      saved(await request('files.save', { ...file, content: await content() }))
    } catch (error) {
      notices.addError(error)
    }
  }
}
