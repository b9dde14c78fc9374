import { defaultLibraryView, libraryViewSchema } from '#shared/schemas/library-view.ts'
import type { HandlersOf } from './dispatch.ts'
import type { Services } from './services.ts'

const key = 'library'

/** What the library shows of all runs at once, and how the user wants to see it. */
export function libraryHandlers({ store }: Services): HandlersOf<'library'> {
  return {
    'library.view': () => libraryViewSchema.safeParse(store.settings.get(key)).data ?? defaultLibraryView,
    'library.setView': (view) => store.settings.set(key, view),
    'library.search': ({ text }) => ({
      runs: store.search.runs(text),
      datasets: store.search.datasets(text),
    }),
    'library.extras': () => ({
      covers: store.samples.latestGrids(),
      quality: store.evaluations.latestKernelDistances(),
    }),
  }
}
