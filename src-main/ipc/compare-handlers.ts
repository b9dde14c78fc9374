import { compareViewSchema, defaultCompareView } from '#shared/schemas/compare-view.ts'
import type { HandlersOf } from './dispatch.ts'
import type { Services } from './services.ts'

const viewKey = 'compare'

/** What the page that compares runs needs of them, and its saved views. */
export const compareHandlers = ({ store }: Services): HandlersOf<'compare'> => ({
  'compare.evaluations': ({ runs }) =>
    Object.fromEntries(
      runs.flatMap((id) => {
        const [latest] = store.evaluations.list(store.runs.key(id))
        return latest ? [[id, latest]] : []
      }),
    ),
  'compare.view': () => compareViewSchema.safeParse(store.settings.get(viewKey)).data ?? defaultCompareView,
  'compare.setView': (view) => store.settings.set(viewKey, view),
  'compare.views': () => store.compareViews.list(),
  'compare.saveView': ({ name, view }) => {
    store.compareViews.save(name, view)
    return store.compareViews.list()
  },
  'compare.deleteView': ({ id }) => {
    store.compareViews.remove(id)
    return store.compareViews.list()
  },
})
