import type { GridResult } from '#shared/engine-messages.ts'
import { reconstructionWords } from './reconstruction-label.ts'

/** Where a cell of a grid is, in words; at a corner, how near it came to its image. */
export function cellWords(
  { rows, columns, reconstructionError }: Pick<GridResult, 'rows' | 'columns' | 'reconstructionError'>,
  cell: number,
): string {
  const corner = [0, columns - 1, (rows - 1) * columns, rows * columns - 1].indexOf(cell)
  if (corner >= 0) {
    const error = reconstructionError[corner]
    if (error === undefined) return 'The fourth corner, made up of the other three'
    return `The ${['first', 'second', 'third', 'fourth'][corner] ?? ''}, reconstruction: ${reconstructionWords(error)}`
  }
  const share = (at: number, count: number) => Math.round((100 * at) / (count - 1))
  return `${share(cell % columns, columns)} % across, ${share(Math.floor(cell / columns), rows)} % down`
}
