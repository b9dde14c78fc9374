import type { Place } from '#shared/ipc.ts'

/** The places of the rail, in the order of their keys (Ctrl or ⌘ with 1 to 4); settings stand apart, experiments among the runs. */
export const placeList: { place: Exclude<Place, 'settings' | 'experiment'>; title: string }[] = [
  { place: 'library', title: 'Library' },
  { place: 'run', title: 'Run' },
  { place: 'gallery', title: 'Gallery' },
  { place: 'latent', title: 'Latent' },
]
