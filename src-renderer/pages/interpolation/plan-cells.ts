import type { InterpolationEnd } from '#shared/ipc.ts'

/** Where chosen images will stand in a result that is not there yet. */
export interface Plan {
  columns: number
  rows: number
  /** By the number of their cell, row by row. */
  placed: ReadonlyMap<number, InterpolationEnd>
}

/** Of a path: an image at each end, three cells for the frames between. */
const columnsOfPath = 5

/** One row from each image to the next, back to the first where the path is a loop. */
export function planOfPath(images: readonly InterpolationEnd[], { closed }: { closed: boolean }): Plan {
  const ends = closed ? [...images.slice(1), ...images.slice(0, 1)] : images.slice(1)
  const placed = new Map<number, InterpolationEnd>()
  for (const [row, end] of ends.entries()) {
    const start = images[row]
    if (start) placed.set(row * columnsOfPath, start)
    placed.set((row + 1) * columnsOfPath - 1, end)
  }
  return { columns: columnsOfPath, rows: Math.max(1, ends.length), placed }
}

/** The corners of a square; those left out stay empty. */
export function planOfGrid(corners: readonly (InterpolationEnd | null)[], side: number): Plan {
  const cells = [0, side - 1, side * (side - 1), side * side - 1]
  const placed = new Map(
    cells.flatMap((cell, i) => {
      const corner = corners[i]
      return corner ? [[cell, corner] as const] : []
    }),
  )
  return { columns: side, rows: side, placed }
}
