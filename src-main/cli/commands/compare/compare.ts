import type { Command } from 'commander'
import { compareRuns, comparisonCsv } from '#shared/comparison.ts'
import type { Comparison } from '#shared/comparison.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { comparedRuns } from '#shared/schemas/compare-view.ts'
import { latestEvaluation } from '../../../reports/compared-runs.ts'
import { dataDirOption, jsonOption } from '../../support/options.ts'
import { answer, say } from '../../support/output.ts'
import { write } from '../../support/streams.ts'
import { withWorkspace } from '../../support/workspace.ts'

interface Options {
  csv?: boolean
  onlyDiffering?: boolean
  columns?: string[]
  sort?: string
  descending?: boolean
  dataDir?: string
  json?: boolean
}

export function addCompare(program: Command): void {
  program
    .command('compare')
    .description('compare runs: what they reached, and the settings in which they differ')
    .argument('<runs...>', `${comparedRuns.min} to ${comparedRuns.max} runs: ids or beginnings of them`)
    .option('--csv', 'write the table to standard output as CSV')
    .option('--only-differing', 'only columns in which the runs differ')
    .option('--columns <keys>', 'these columns, as the JSON document names them', (text) => text.split(','))
    .option('--sort <column>', 'order by a column, as the JSON document names it')
    .option('--descending', 'the largest first')
    .addOption(dataDirOption())
    .addOption(jsonOption())
    .action(compare)
}

async function compare(ids: string[], options: Options): Promise<void> {
  const { csv = false, onlyDiffering = false, columns, sort, descending = false, json = false } = options
  if (ids.length < comparedRuns.min || ids.length > comparedRuns.max) {
    throw new FlowerbedError('bad-input', errorText('cli.comparedRuns', comparedRuns))
  }
  await withWorkspace({ dataDir: options.dataDir }, ({ runService, store }) => {
    const runs = ids.map((id) => runService.find(id))
    const compared = runs.map((run) => ({ run, evaluation: latestEvaluation(store, run.id) }))
    const known = compareRuns(compared, { columns: null, onlyDiffering: false, sort: null }).all
    for (const key of [...(columns ?? []), ...(sort === undefined ? [] : [sort])]) {
      if (!known.some((column) => column.key === key))
        throw new FlowerbedError('bad-input', errorText('cli.noColumn', { column: key }))
    }
    const comparison = compareRuns(compared, {
      ...{ columns: columns ?? null, onlyDiffering },
      sort: sort === undefined ? null : { by: sort, descending },
    })
    if (csv) write(process.stdout, comparisonCsv(comparison))
    else for (const line of lines(comparison)) say(line)
    answer(json, { columns: comparison.columns, rows: comparison.rows.map(rowOf(comparison)) })
    return Promise.resolve()
  })
}

/** A row with its values by the keys of their columns. */
const rowOf =
  ({ columns }: Comparison) =>
  ({ id, name, cells }: Comparison['rows'][number]) => ({
    ...{ run: id, name },
    values: Object.fromEntries(cells.map(({ value }, i) => [columns[i]?.key ?? '', value])),
  })

/** The table as text: one column a run, since there are few of them; what deviates has an asterisk. */
function lines({ columns, rows }: Comparison): string[] {
  const table = [
    ['', ...rows.map(({ name }) => name)],
    ...columns.map(({ title, unit }, i) => [
      unit === undefined ? title : `${title} (${unit})`,
      ...rows.map(({ cells }) => `${cells[i]?.text ?? ''}${cells[i]?.deviates === true ? ' *' : ''}`),
    ]),
  ]
  const widths = table[0]?.map((_, k) => Math.max(...table.map((row) => row[k]?.length ?? 0))) ?? []
  return table.map((row) =>
    row
      .map((text, k) => text.padEnd(widths[k] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
