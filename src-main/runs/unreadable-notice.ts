import { desktopText } from '#shared/desktop-text.ts'
import type { RowKind } from '../database/unreadable.ts'
import type { Store } from '../database/store.ts'

const kinds = ['run', 'dataset', 'experiment'] as const satisfies RowKind[]

/** One line on what the lists of the window leave out; null when they are whole. */
export function unreadableNotice(store: Store): { message: string; hint: string } | null {
  store.runs.list()
  store.datasets.list()
  store.experiments.list()
  const counts = kinds.flatMap((kind) => {
    const count = store.unreadable.list(kind).length
    return count === 0 ? [] : [desktopText(`notice.unreadable.${kind}`, { count })]
  })
  if (counts.length === 0) return null
  return {
    message: desktopText('notice.unreadable', { counts: counts.join(', ') }),
    hint: desktopText('notice.unreadableHint'),
  }
}
