import type { Page } from '#shared/ipc.ts'

/** The pages at the top of the navigation rail, in the order of their shortcuts (Ctrl or ⌘ with 1 to 6). */
export const pageList = [
  'library',
  'run',
  'gallery',
  'interpolation',
  'compare',
  'queue',
] as const satisfies Page[]
