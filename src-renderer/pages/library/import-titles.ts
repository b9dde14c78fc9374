import type { useImport } from '../../entities/datasets/import-store.ts'
import { t } from '../../i18n.ts'

type ImportStore = ReturnType<typeof useImport>

/** The title of the import's dialog in its present phase. */
export function importTitle({ phase, dataset, report }: ImportStore): string {
  switch (phase) {
    case 'known':
      return t('library.import.known.title', { name: dataset?.name ?? '' })
    case 'scanning':
      return t('library.import.scanning')
    case 'options':
      return t('common.images', { count: report?.count ?? 0 })
    case 'packing':
      return t('library.import.packing')
    case 'ready':
      return dataset?.name ?? ''
    case 'error':
      return t('library.import.failed')
    case 'none':
      return ''
  }
}

/** The line below the title. */
export function importDescription({ phase, dataset, paths, origin }: ImportStore): string {
  if (phase === 'ready' && dataset) {
    const { count, shape } = dataset
    return t('library.import.ready', { images: t('common.images', { count }), ...shape })
  }
  if (phase === 'error') return t('library.import.failedHelp')
  if (origin !== null) return origin
  return paths.length === 1 ? (paths[0] ?? '') : t('library.import.sources', { count: paths.length })
}
