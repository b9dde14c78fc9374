import { shareDone } from '#shared/run-limits.ts'
import type { LibraryView, SortKey } from '#shared/schemas/library-view.ts'
import type { RunRecord } from '#shared/schemas/run.ts'

/** What sorting needs to know of a run besides its record; undefined where it is not known. */
export interface RunNumbers {
  quality: (run: RunRecord) => number | undefined
  bytes: (run: RunRecord) => number | undefined
}

/** Found by the search for the text of a filter; null where there is no text. */
export type Found = ReadonlySet<string> | null

const isTagged = ({ tag }: LibraryView, { tags }: { tags: string[] }) => tag === null || tags.includes(tag)

/** Whether a dataset is shown; the state of runs says nothing about it. */
export function showsDataset(
  dataset: { id: string; starred: boolean; tags: string[] },
  view: LibraryView,
  found: Found,
): boolean {
  return (
    (!view.starred || dataset.starred) && isTagged(view, dataset) && (found === null || found.has(dataset.id))
  )
}

/** The runs that pass the filter, sorted; those without the number sorted by come last. */
export function filterRuns(
  runs: RunRecord[],
  { view, found, numbers }: { view: LibraryView; found: Found; numbers: RunNumbers },
): RunRecord[] {
  const { by, descending } = view.sort
  const valueOf = sortValue(by, numbers)
  return runs
    .filter(
      (run) =>
        (!view.starred || run.starred) &&
        (view.status === null || run.status === view.status) &&
        isTagged(view, run) &&
        (found === null || found.has(run.id)),
    )
    .map((run) => ({ run, value: valueOf(run) }))
    .sort((a, b) => compare(a.value, b.value, descending) || b.run.createdAt - a.run.createdAt)
    .map(({ run }) => run)
}

type SortValue = string | number | undefined

function sortValue(by: SortKey, { quality, bytes }: RunNumbers): (run: RunRecord) => SortValue {
  switch (by) {
    case 'name':
      return ({ name }) => name
    case 'state':
      return ({ status }) => status
    case 'progress':
      return shareDone
    case 'step':
      return ({ step }) => step
    case 'time':
      return ({ trainedSeconds }) => trainedSeconds
    case 'loss':
      return ({ losses }) => losses['loss']
    case 'quality':
      return quality
    case 'size':
      return bytes
    case 'dataset':
      return ({ datasetName }) => datasetName
    case 'preset':
      return ({ preset }) => preset
    case 'started':
      return ({ createdAt }) => createdAt
    case 'target':
      // This computer last.
      return ({ target }) => target ?? undefined
  }
}

const isMissing = (value: SortValue) => value === undefined || Number.isNaN(value)

function compare(a: SortValue, b: SortValue, descending: boolean): number {
  if (isMissing(a) || isMissing(b)) return Number(isMissing(a)) - Number(isMissing(b))
  const order =
    typeof a === 'number' && typeof b === 'number'
      ? a - b
      : String(a).localeCompare(String(b), undefined, { numeric: true })
  return descending ? -order : order
}

/** Whether a click on a column's head first sorts from large to small. */
export const isDescendingFirst = (by: SortKey): boolean =>
  !['name', 'state', 'loss', 'quality', 'dataset', 'preset', 'target'].includes(by)
