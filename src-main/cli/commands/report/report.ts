import { mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Command } from 'commander'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError, toFlowerbedError } from '#shared/errors.ts'
import type { ReportTarget } from '#shared/ipc/reports.ts'
import { comparedRuns } from '#shared/schemas/compare-view.ts'
import { writeFileAtomically } from '../../../files/atomic-write.ts'
import { safeFileName } from '../../../files/file-name.ts'
import { createReport } from '../../../reports/report.ts'
import { findExperiment } from '../../../runs/find-run.ts'
import type { Store } from '../../../database/store.ts'
import { Reconstructor } from '../../../runs/reconstructions.ts'
import { checkDestination, writing } from '../../support/destination.ts'
import { dataDirOption, jsonOption } from '../../support/options.ts'
import { answer, say } from '../../support/output.ts'
import { withWorkspace } from '../../support/workspace.ts'
import type { Workspace } from '../../support/workspace.ts'

interface Options {
  out?: string
  dataDir?: string
  json?: boolean
}

export function addReport(program: Command): void {
  program
    .command('report')
    .description('write what is known of runs or of an experiment as one HTML file that needs no other')
    .argument('<run-or-experiment...>', 'ids or beginnings of them; several runs are compared')
    .option('--out <file.html>', 'the file; by default named after the run or experiment, in this folder')
    .addOption(dataDirOption())
    .addOption(jsonOption())
    .action(report)
}

async function report(queries: string[], { out, dataDir, json = false }: Options): Promise<void> {
  if (queries.length > comparedRuns.max) {
    throw new FlowerbedError('bad-input', errorText('cli.comparedRuns', comparedRuns))
  }
  if (out !== undefined && !/[^/\\]\.html$/.test(out)) {
    throw new FlowerbedError('bad-input', errorText('cli.reportNotHtml'), { where: '--out' })
  }
  await withWorkspace({ dataDir }, async (workspace) => {
    const { store, runService } = workspace
    const encode = () =>
      Promise.reject(new FlowerbedError('internal', errorText('process.noRequest', { request: 'encode' })))
    const reconstructor = new Reconstructor({ store, runService, encode })
    const { name, html } = await createReport({ store, reconstructor }, targetOf(workspace, queries))
    const file = resolve(out ?? `${safeFileName(name)}.html`)
    await checkDestination(file, 'file')
    await writing(file, async () => {
      await mkdir(dirname(file), { recursive: true })
      await writeFileAtomically(file, html)
    })
    say(`report: ${file}`)
    answer(json, { report: file, name })
  })
}

/** What the queries name: a run or several, or, where a single one names no run, an experiment. */
function targetOf({ store, runService }: Workspace, queries: readonly string[]): ReportTarget {
  const [only] = queries
  if (only === undefined || queries.length > 1)
    return { runs: queries.map((query) => runService.find(query).id) }
  try {
    return { runs: [runService.find(only).id] }
  } catch (thrown) {
    if (toFlowerbedError(thrown).kind !== 'not-found') throw thrown
    return { experiment: experimentOf(store, only) }
  }
}

function experimentOf(store: Store, query: string): string {
  try {
    return findExperiment(store, query).id
  } catch (thrown) {
    if (toFlowerbedError(thrown).kind !== 'not-found') throw thrown
    throw new FlowerbedError('not-found', errorText('cli.noRunOrExperiment', { query }))
  }
}
