import type { RowKind } from '../database/unreadable.ts'
import type { Store } from '../database/store.ts'

const kinds: RowKind[] = ['run', 'dataset', 'experiment']

/** One line on what the lists of the window leave out; null when they are whole. */
export function unreadableNotice(store: Store): { message: string; hint: string } | null {
  store.runs.list()
  store.datasets.list()
  store.experiments.list()
  const counts = kinds.flatMap((kind) => {
    const count = store.unreadable.list(kind).length
    return count === 0 ? [] : [`${count} ${kind}${count === 1 ? '' : 's'}`]
  })
  if (counts.length === 0) return null
  return {
    message: `The history holds what this version cannot read, so it is left out: ${counts.join(', ')}.`,
    hint: 'Their files and everything else are untouched. If a newer Flowerbed wrote them, update this one; the log in the data folder names them.',
  }
}
