import type { Page } from '#shared/ipc.ts'

/** The pages of the rail, in the order of their keys (Ctrl or ⌘ with 1 to 4); settings stand apart, experiments among the runs. */
export const pageList: { page: Exclude<Page, 'settings' | 'experiment'>; title: string }[] = [
  { page: 'library', title: 'Library' },
  { page: 'run', title: 'Run' },
  { page: 'gallery', title: 'Gallery' },
  { page: 'interpolation', title: 'Interpolation' },
]
