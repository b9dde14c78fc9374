import { FlowerbedError } from '#shared/errors.ts'
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
  const found = query === 'latest' ? ids.slice(0, 1) : ids.filter((id) => id.startsWith(query))
  const [id] = found.filter((one) => one === query).concat(found)
  if (id === undefined) {
    throw new FlowerbedError('not-found', `There is no run “${query}”.`, {
      hint: '`flowerbed runs` lists them.',
    })
  }
  if (found.length > 1 && id !== query) {
    throw new FlowerbedError('bad-input', `“${query}” fits ${found.length} runs.`, {
      hint: `Give more of its id: ${found.join(', ')}.`,
    })
  }
  return runs.get(id)
}
