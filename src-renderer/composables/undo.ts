import type { Deletion } from '#shared/ipc.ts'
import { request } from '../api/index.ts'
import { t } from '../i18n.ts'
import { useNotices } from './notices.ts'

/**
 * Says that something is deleted, and offers to undo it for as long as that is possible. `undone` shows again what main
 * sends no event of.
 */
export function useUndo(): (message: string, deletion: Deletion, undone?: () => void) => void {
  const notices = useNotices()
  return (message, { deletion, undoMs }, undone = () => undefined) => {
    const id = notices.add({
      level: 'info',
      message,
      action: {
        label: t('common.undo'),
        run: () => void request('storage.undo', { deletion }).then(undone).catch(notices.addError),
      },
    })
    setTimeout(() => notices.dismiss(id), undoMs)
  }
}
