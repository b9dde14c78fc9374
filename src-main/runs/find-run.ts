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
    throw new FlowerbedError('not-found', 'There are no runs yet.', {
      hint: 'Make one with `flowerbed train FOLDER`.',
    })
  }
  return runs.get(idOf(ids, query, { noun: 'run', hint: '`flowerbed runs` lists them.' }))
}

/** As `findRun`, of experiments that can be read. @throws FlowerbedError `not-found`, `bad-input` */
export function findExperiment({ experiments }: Store, query: string): ExperimentRecord {
  const ids = experiments.list().map(({ id }) => id)
  const hint = 'Make one with `flowerbed study FOLDER`, which says its id.'
  return experiments.get(idOf(ids, query, { noun: 'experiment', hint }))
}

/** @param ids newest first */
function idOf(ids: string[], query: string, { noun, hint }: { noun: string; hint: string }): string {
  const found = query === 'latest' ? ids.slice(0, 1) : ids.filter((id) => id.startsWith(query))
  const [id] = found.filter((one) => one === query).concat(found)
  if (id === undefined) throw new FlowerbedError('not-found', `There is no ${noun} “${query}”.`, { hint })
  if (found.length > 1 && id !== query) {
    throw new FlowerbedError('bad-input', `“${query}” fits ${found.length} ${noun}s.`, {
      hint: `Give more of its id: ${found.join(', ')}.`,
    })
  }
  return id
}
