import type { GridResult } from '#shared/sampling-messages.ts'
import { t } from '../../i18n.ts'
import { reconstructionLabel } from './reconstruction-labels.ts'

const corners = [0, 1, 2, 3] as const

/** Where a cell of a grid is; at a corner, how close its reconstruction is. */
export function cellLabel(
  result: Pick<GridResult, 'rows' | 'columns' | 'originals' | 'reconstructionError'>,
  cell: number,
): string {
  const { rows, columns, reconstructionError } = result
  const cells = [0, columns - 1, (rows - 1) * columns, rows * columns - 1]
  const corner = corners.find((index) => cells[index] === cell)
  if (corner !== undefined) {
    const isComputed = reconstructionError[corner] === undefined
    return isComputed ? t('interpolation.grid.cornerComputed') : reconstructionLabel(result, corner)
  }
  const percent = (index: number, count: number) => Math.round((100 * index) / (count - 1))
  return t('interpolation.grid.position', {
    across: percent(cell % columns, columns),
    down: percent(Math.floor(cell / columns), rows),
  })
}
