import type { SampleRecord } from '#shared/schemas/run.ts'
import type { SampleMark } from '#shared/schemas/sample-mark.ts'

/** Which samples of a run are listed. */
export interface SampleFilter {
  /** `shown`: all that are not hidden. */
  which: 'shown' | 'starred' | 'hidden'
  /** Only those of this collection; '' for any. */
  collection: string
}

/** One image of a sheet. */
export interface ChosenSample {
  record: SampleRecord
  index: number
}

/** The images of sheets, the newest sheet first, that a filter lets through. */
export function chosenSamples(
  records: SampleRecord[],
  { filter, markOf }: { filter: SampleFilter; markOf: (record: SampleRecord, index: number) => SampleMark },
): ChosenSample[] {
  const { which, collection } = filter
  const passes = ({ starred, hidden, collections }: SampleMark) =>
    hidden === (which === 'hidden') &&
    (which !== 'starred' || starred) &&
    (collection === '' || collections.includes(collection))
  return records
    .toReversed()
    .flatMap((record) =>
      Array.from({ length: record.count }, (_, index) => ({ record, index })).filter((one) =>
        passes(markOf(record, one.index)),
      ),
    )
}

/** The names of the collections that images of these sheets are in, in order. */
export function collectionsOf(marks: Iterable<SampleMark>, records: SampleRecord[]): string[] {
  const sheets = new Set(records.map(({ id }) => id))
  const names = [...marks]
    .filter(({ sample }) => sheets.has(sample))
    .flatMap(({ collections }) => collections)
  return [...new Set(names)].sort((a, b) => a.localeCompare(b))
}
