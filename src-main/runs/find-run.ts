import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { ExperimentRecord } from '#shared/schemas/experiment.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import type { Store } from '../database/store.ts'

/**
 * The run of an id, of an unambiguous beginning of one, or the `latest`.
 * @throws FlowerbedError `not-found`, `bad-input` for an ambiguous beginning, `corrupt` for one that cannot be read
 */
export function findRun({ runs }: Store, query: string): RunRecord {
  const ids = runs.ids()
  if (ids.length === 0) {
    throw new FlowerbedError('not-found', errorText('run.none'))
  }
  return runs.get(idOf(ids, query, 'run'))
}

/** As `findRun`, of experiments that can be read. @throws FlowerbedError `not-found`, `bad-input` */
export function findExperiment({ experiments }: Store, query: string): ExperimentRecord {
  const ids = experiments.list().map(({ id }) => id)
  return experiments.get(idOf(ids, query, 'experiment'))
}

/** @param ids newest first */
function idOf(ids: string[], query: string, of: 'run' | 'experiment'): string {
  const found = query === 'latest' ? ids.slice(0, 1) : ids.filter((id) => id.startsWith(query))
  const [id] = found.filter((one) => one === query).concat(found)
  if (id === undefined) throw new FlowerbedError('not-found', errorText(`${of}.notFound`, { query }))
  if (found.length > 1 && id !== query) {
    const parameters = { query, count: found.length, choices: found.join(', ') }
    throw new FlowerbedError('bad-input', errorText(`${of}.ambiguous`, parameters))
  }
  return id
}
