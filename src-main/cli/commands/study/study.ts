import { mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Command } from 'commander'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { variantsOf } from '#shared/experiment-runs.ts'
import { formatPlural } from '#shared/format.ts'
import { defaultPresetId, presetIds } from '#shared/presets.ts'
import { mostSteps } from '#shared/run-limits.ts'
import { runsLeft } from '#shared/run-status.ts'
import type { ExperimentRecord } from '#shared/schemas/experiment.ts'
import { evaluationCounts } from '#shared/schemas/evaluation.ts'
import type { DeviceChoice, RunRecord } from '#shared/schemas/run.ts'
import { maxStudyRuns } from '#shared/setting-grid.ts'
import type { GridAxis } from '#shared/setting-grid.ts'
import { writeFileAtomically } from '../../../files/atomic-write.ts'
import { findExperiment } from '../../../runs/find-run.ts'
import { createStudy, studyRuns } from '../../../runs/study.ts'
import { checkResumable } from '../../../runs/train-experiment.ts'
import { checkDestination, writing } from '../../support/destination.ts'
import { importFolder } from '../../support/import-folder.ts'
import { invalidArgument } from '../../support/invalid-argument.ts'
import {
  collectSettings,
  dataDirOption,
  describeSettings,
  deviceOption,
  imageSize,
  jsonOption,
  positiveNumber,
  wholeNumber,
  wholeNumberFrom,
} from '../../support/options.ts'
import { answer, duration, say } from '../../support/output.ts'
import { checkedChanges, optionOf } from '../../support/settings.ts'
import { timeLeft, trainRuns } from '../../support/train-experiment.ts'
import { followTraining } from '../../support/train-run.ts'
import { withWorkspace } from '../../support/workspace.ts'
import type { Workspace } from '../../support/workspace.ts'
import { createReconstructor, finishedRuns, measure } from './measure-run.ts'
import { studyPage } from '../../../reports/study-page.ts'
import { ReportReader } from '../../../reports/study-report.ts'
import type { StudyReport } from '../../../reports/study-report.ts'

interface Options {
  grid: GridAxis[]
  seeds: number
  steps?: number
  minutes?: number
  preset: string
  set: Record<string, string>
  imageSize?: number
  device: DeviceChoice
  resume?: string
  /** Samples of each run to measure. */
  evaluate?: number
  out: string
  dataDir?: string
  json?: boolean
}

/** Options of a new study; one that resumes has them already. */
const fixedOptions = ['grid', 'seeds', 'steps', 'minutes', 'preset', 'set', 'imageSize', 'device'] as const

export function addStudy(program: Command): void {
  const command = program
    .command('study')
    .description('train a grid of settings, each with several seeds, on the same images, and compare them')
    .argument('[folder]', 'images, also in subfolders')
    .option(
      '--grid <key=a,b,c>',
      `values of a setting, or of preset; with several, every combination of at most ${maxStudyRuns} runs`,
      collectAxes,
      [],
    )
    .option('--seeds <count>', 'runs of each combination, with consecutive seeds', wholeNumberFrom(1, 100), 3)
    .option('--steps <count>', 'training steps of each run', wholeNumber)
    .option('--minutes <minutes>', 'training time of each run', positiveNumber)
    .option('--preset <preset>', `one of ${presetIds.join(', ')}`, defaultPresetId)
    .option('--set <key=value>', 'any other setting, for all runs; listed below', collectSettings, {})
    .option('--image-size <pixels>', 'width and height to train at', imageSize)
    .option(
      '--evaluate <count>',
      'also measure the quality of this many samples of each run, as `flowerbed evaluate` does',
      wholeNumberFrom(evaluationCounts.min, evaluationCounts.max),
    )
    .option('--resume <experiment>', 'train what is left of one: its id, the beginning of one, or latest')
    .option('--out <file.html>', 'report; a JSON file is written beside it', 'flowerbed-study.html')
    .addOption(deviceOption())
    .addOption(dataDirOption())
    .addOption(jsonOption())
    .action((folder: string | undefined, options: Options) => study(command, folder, options))
  describeSettings(command)
}

/** Collects repeated `--grid key=a,b,c` options. */
function collectAxes(text: string, before: GridAxis[]): GridAxis[] {
  const at = text.indexOf('=')
  if (at < 1) throw invalidArgument(errorText('cli.writeValues'))
  const values = text.slice(at + 1).split(',')
  return [...before, { key: text.slice(0, at), values: values.map((value) => value.trim()) }]
}

async function study(command: Command, folder: string | undefined, options: Options): Promise<void> {
  const { resume, dataDir, json = false } = options
  const isGiven = (name: keyof Options) => command.getOptionValueSource(name) === 'cli'
  if (resume === undefined) checkNew(folder, options, isGiven)
  else checkResume(folder, isGiven)
  const files = await reportFiles(options.out)
  const follow = followTraining()
  await withWorkspace({ dataDir, onEvent: follow.onEvent, writes: true }, async (workspace) => {
    const experiment =
      resume === undefined
        ? await createNew(workspace, folder ?? '', options)
        : findExperiment(workspace.store, resume)
    sayPlan(workspace, experiment)
    const reconstructor = createReconstructor(workspace)
    const reader = new ReportReader(workspace.store, reconstructor)
    const { evaluate = null } = options
    const measures = { workspace, reconstructor, evaluate }
    // Those that were trained before, without or with an interrupted evaluation.
    for (const run of finishedRuns(workspace, experiment)) await measure(run, measures)
    const failures = await trainLeft(workspace, experiment, {
      endLine: follow.end,
      finished: async (run) => {
        await measure(run, measures)
        // After each run, so that the report can be read while the others train.
        await writeReport(files, await reader.read(experiment), reader)
      },
    })
    const report = await reader.read(experiment)
    await writeReport(files, report, reader)
    say(`report: ${files.html}`)
    answer(json, { report: files.html, data: files.json, ...withoutCurves(report) })
    if (failures.length > 0) throw failures[0]
  })
}

/** Checks the options of a new study before a folder is read. */
function checkNew(
  folder: string | undefined,
  options: Options,
  isGiven: (name: keyof Options) => boolean,
): void {
  const { grid, seeds, preset, set, steps, minutes } = options
  if (folder === undefined) {
    throw new FlowerbedError('bad-input', errorText('cli.studyImages'))
  }
  if (steps === undefined && minutes === undefined) {
    throw new FlowerbedError('bad-input', errorText('cli.studyBudget'))
  }
  if (isGiven('preset') && grid.some(({ key }) => key === 'preset')) {
    throw new FlowerbedError('bad-input', errorText('cli.presetsInGrid'))
  }
  checkedChanges(preset, { own: { steps, minutes }, set })
  studyRuns({ axes: grid, seeds, preset, changes: set, budget: { steps, minutes } })
}

/** Checks the options of a study that resumes: what it was made with cannot change. */
function checkResume(folder: string | undefined, isGiven: (name: keyof Options) => boolean): void {
  const fixed = fixedOptions.find(isGiven)
  if (folder === undefined && fixed === undefined) return
  throw new FlowerbedError(
    'bad-input',
    fixed === undefined
      ? errorText('cli.folderFixedInStudy')
      : errorText('cli.fixedInStudy', { option: optionOf(fixed) }),
  )
}

/** The report's file and the JSON beside it. @throws FlowerbedError `bad-input` for what is no name of an HTML file */
async function reportFiles(out: string): Promise<{ html: string; json: string }> {
  const html = resolve(out)
  if (!/[^/\\]\.html$/.test(html)) {
    throw new FlowerbedError('bad-input', errorText('cli.reportNotHtml'), { where: '--out' })
  }
  const json = html.replace(/\.html$/, '.json')
  await checkDestination(html, 'file')
  await checkDestination(json, 'file')
  return { html, json }
}

async function createNew(workspace: Workspace, folder: string, options: Options): Promise<ExperimentRecord> {
  const { grid, seeds, steps, minutes, preset, set, imageSize: size, device } = options
  const { id } = await importFolder({
    folder,
    store: workspace.store,
    ...(size === undefined ? {} : { changes: { width: size, height: size } }),
  })
  return createStudy(workspace, {
    ...{ datasetId: id, axes: grid, seeds, preset, changes: set, budget: { steps, minutes }, device },
  })
}

/** Says what an experiment trains and how long that takes, as far as it is known. */
function sayPlan(workspace: Workspace, experiment: ExperimentRecord): void {
  const runs = workspace.store.runs.ofExperiment(experiment.id)
  const left = runsLeft(runs)
  say(`“${experiment.name}” (${experiment.id})`)
  const variants = formatPlural(variantsOf(experiment, runs).length, 'setting', 'settings')
  const each = runs[0] ? `, ${budgetWords(runs[0])} each` : ''
  const seconds = timeLeft(workspace, experiment)
  const time =
    left.length === 0
      ? ''
      : seconds === null
        ? '; the time is known after the first run'
        : `; about ${duration(seconds)} in total`
  const resumed = left.length < runs.length ? `, ${left.length} left` : ''
  say(`${formatPlural(runs.length, 'run')} of ${variants}${resumed}${each}${time}`)
}

function budgetWords({ config: { steps, minutes } }: RunRecord): string {
  const words = [
    ...(minutes > 0 ? [duration(60 * minutes)] : []),
    ...(steps < mostSteps ? [formatPlural(steps, 'step')] : []),
  ]
  return words.length > 1 ? `at most ${words.join(' or ')}` : (words[0] ?? '')
}

/** Trains the runs that are left, if there are any. @returns the errors of those that failed */
async function trainLeft(
  workspace: Workspace,
  experiment: ExperimentRecord,
  options: { endLine: () => void; finished: (run: RunRecord) => Promise<void> },
): Promise<unknown[]> {
  const runs = workspace.store.runs.ofExperiment(experiment.id)
  if (runs.every(({ status }) => status === 'finished' || status === 'stopped')) return []
  checkResumable(workspace, experiment)
  return await trainRuns({ workspace, experiment, ...options })
}

async function writeReport(
  files: { html: string; json: string },
  report: StudyReport,
  reader: ReportReader,
): Promise<void> {
  const sheets = await reader.sheets(report)
  await writing(files.html, async () => {
    await mkdir(dirname(files.html), { recursive: true })
    await writeFileAtomically(files.html, studyPage(report, sheets))
    await writeFileAtomically(files.json, JSON.stringify(report, null, 1))
  })
}

/** A report as the answer of the command. */
function withoutCurves({ variants, ...report }: StudyReport) {
  return {
    ...report,
    variants: variants.map(({ runs, ...variant }) => ({
      ...variant,
      // JSON leaves out what is undefined.
      runs: runs.map((run) => ({ ...run, curves: undefined })),
    })),
  }
}
