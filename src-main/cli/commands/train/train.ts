import type { Command } from 'commander'
import { resumableSettings } from '#shared/resume.ts'
import { formatEstimate } from '#shared/format.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { goalSteps, isDone, isTimeUp, standingAt } from '#shared/run-limits.ts'
import { defaultPresetId, presetIds } from '#shared/presets.ts'
import { resumedConfig } from '#shared/resume.ts'
import type { CheckpointChoice, RunRecord } from '#shared/schemas/run.ts'
import type { WorkerChoice } from '#shared/workers.ts'
import { expectedLength } from '../../../runs/expected-time.ts'
import { planRun } from '../../../runs/plan-run.ts'
import { QueuedRuns } from '../../../runs/queued-runs.ts'
import { sshTargets } from '../../../remote/worker-hosts.ts'
import type { StartFrom } from '../../../runs/start-weights.ts'
import type { TrainOptions } from '../../../runs/run-training.ts'
import { importFolder } from '../../support/import-folder.ts'
import {
  checkpointOption,
  collectSettings,
  dataDirOption,
  describeSettings,
  deviceOption,
  imageSize,
  jsonOption,
  memoryLimitOption,
  positiveNumber,
  startFrom,
  wholeNumber,
} from '../../support/options.ts'
import { answer, duration, say } from '../../support/output.ts'
import { checkedChanges, optionOf } from '../../support/settings.ts'
import { checkMove, checkTarget, detachOption, onOption, targetIn } from '../../support/remote-options.ts'
import type { RemoteFlags } from '../../support/remote-options.ts'
import { trainThere } from '../../support/remote-runs.ts'
import { followTraining, sayDevice, trainAnswer, trainRun } from '../../support/train-run.ts'
import {
  devicesOption,
  workersNetworkOption,
  workersOf,
  workersOption,
} from '../../support/worker-options.ts'
import type { WorkerFlags } from '../../support/worker-options.ts'
import { withWorkspace } from '../../support/workspace.ts'
import type { Workspace } from '../../support/workspace.ts'

interface Options extends WorkerFlags, RemoteFlags {
  preset: string
  imageSize?: number
  steps?: number
  epochs?: number
  minutes?: number
  batch?: number
  seed?: number
  name?: string
  set: Record<string, string>
  resume?: string
  startFrom?: StartFrom
  checkpoint?: CheckpointChoice
  queue?: boolean
  memoryLimit?: number
  dataDir?: string
  json?: boolean
}

/** Options that cannot change after a run is created. */
const fixedOptions = ['preset', 'imageSize', 'batch', 'seed', 'startFrom'] as const

export function addTrain(program: Command): void {
  const command = program
    .command('train')
    .description('train on the images of a folder')
    .argument('[folder]', 'images, also in subfolders')
    .option('--preset <preset>', `one of ${presetIds.join(', ')}`, defaultPresetId)
    .option('--image-size <pixels>', 'width and height to train at', imageSize)
    .option('--steps <count>', 'training steps; with --resume, additional steps', wholeNumber)
    .option(
      '--epochs <count>',
      'maximum passes over the images; with --resume, additional passes',
      wholeNumber,
    )
    .option('--minutes <minutes>', 'maximum training time; with --resume, additional time', positiveNumber)
    .option('--batch <count>', 'images per step', wholeNumber)
    .option('--seed <number>', 'random seed', wholeNumber)
    .option('--name <name>', 'name of the run')
    .option('--set <key=value>', 'any other setting; listed below', collectSettings, {})
    .option(
      '--resume <run>',
      `resume a run: its id, the beginning of one, or latest. --set may change ${resumableSettings.join(', ')}`,
    )
    .option(
      '--start-from <run[:checkpoint]>',
      'start from the averaged weights of another run, with its settings unless others are given',
      startFrom,
    )
    .addOption(checkpointOption())
    .option('--queue', 'add the new run to the queue instead of training it now')
    .addOption(deviceOption())
    .addOption(memoryLimitOption())
    .addOption(workersOption())
    .addOption(workersNetworkOption())
    .addOption(devicesOption())
    .addOption(onOption())
    .addOption(detachOption())
    .addOption(dataDirOption())
    .addOption(jsonOption())
    .action((folder: string | undefined, options: Options) => train(command, folder, options))
  describeSettings(command)
}

async function train(command: Command, folder: string | undefined, given: Options): Promise<void> {
  const isGiven = (name: keyof Options) => command.getOptionValueSource(name) === 'cli'
  const several = workersOf(given)
  const options = { ...given, ...(several ? { device: several.device } : {}) }
  const { resume } = options
  if (resume === undefined) checkNewRun(folder, options)
  else checkResume({ resume, folder, isGiven })
  if (resume !== undefined && options.queue)
    throw new FlowerbedError('bad-input', errorText('queue.newRunsOnly', { run: resume }))
  const follow = followTraining()
  const { dataDir } = options
  await withWorkspace({ dataDir, onEvent: follow.onEvent, writes: true }, async (workspace) => {
    const asked = targetIn(options)
    sshTargets(workspace.store, several?.workers)
    checkTarget(workspace.store, { target: asked, several: several !== null })
    const [run, changes] =
      resume === undefined
        ? [
            await createRun(workspace, folder ?? '', {
              ...options,
              ...{ presetGiven: isGiven('preset'), together: several?.workers ?? null },
              target: asked ?? null,
            }),
            {},
          ]
        : resumeOptions(workspace, { ...options, resume }, isGiven('device') || several !== null)
    if (options.queue) {
      new QueuedRuns(workspace).add([run.id])
      const where = run.target === null ? '' : ` for ${run.target}`
      say(`“${run.name}” (${run.id}) is queued${where}. Train the queue with: flowerbed queue run`)
      answer(options.json ?? false, { run: run.id, dataset: run.datasetId, queued: true })
      return
    }
    const target = asked === undefined ? run.target : asked
    checkMove(workspace.store, run, target)
    say(`Training “${run.name}” (${run.id})${target === null ? '' : ` on ${target}`}`)
    if (resume === undefined && target === null) sayPlan(workspace, run)
    if (target !== run.target) workspace.store.runs.update(run.id, { target })
    if (target !== null) {
      const there = await trainThere(
        workspace,
        { ...run, target },
        { ...changes, detach: options.detach ?? false },
      )
      answer(options.json ?? false, trainAnswer(there))
      return
    }
    await sayDevice(workspace, { ...run, config: changes.config ?? run.config })
    const workers = several && resume !== undefined ? { workers: several.workers } : {}
    const limit = options.memoryLimit === undefined ? {} : { memoryLimit: options.memoryLimit * 1e9 }
    const ended = await trainRun(workspace, run, { ...changes, ...workers, ...limit }).finally(follow.end)
    say(
      `${ended.step} steps in ${duration(ended.trainedSeconds)}. Sample with: flowerbed sample ${ended.id} --count 16 --out FOLDER`,
    )
    answer(options.json ?? false, trainAnswer(ended))
  })
}

/** Says what the preset chose and why, and how long the run will take. */
function sayPlan({ store }: Workspace, run: RunRecord): void {
  const { automatic, shape, config } = run
  const settings = automatic?.settings ?? []
  const { secondsPerStep = null } = automatic ?? {}
  const steps =
    secondsPerStep === null ? '' : formatEstimate(Math.round((60 * config.minutes) / secondsPerStep))
  const reasons = {
    imageSize: `for ${shape.width} × ${shape.height} pixels`,
    fewImages: 'for few images',
    time: `since ${config.minutes} minutes hold about ${steps} steps of it`,
    manySteps: 'since the time holds many steps',
    largeBatch: 'for the larger batch',
  }
  const texts = settings.map(({ key, value, because }) => `${key}=${value} ${reasons[because]}`)
  if (texts.length > 0) say(`Chosen by the preset: ${texts.join(', ')}`)
  const { seconds, basis } = expectedLength(run, store.runs.list())
  if (seconds === null || basis === null) return
  const sources = {
    same: 'by earlier runs like it',
    measured: 'estimated from the measured speed of this device',
    group: 'by earlier runs of these processes',
    oneProcess: 'by the speed of one process: these were not measured yet',
    scaled: 'very roughly, by other runs',
  }
  say(`It will train about ${duration(seconds)} (${sources[basis]}).`)
}

/** The settings given by any option. @throws FlowerbedError `bad-input` naming the option */
function settingsOf({ preset, steps, epochs, minutes, batch, seed, set }: Options): Record<string, unknown> {
  return checkedChanges(preset, { own: { steps, epochs, minutes, batch, seed }, set })
}

/** Checks the options of a new run before a folder is read. */
function checkNewRun(folder: string | undefined, options: Options): void {
  if (folder === undefined) {
    throw new FlowerbedError('bad-input', errorText('cli.trainImages'))
  }
  if (options.checkpoint !== undefined) {
    throw new FlowerbedError('bad-input', errorText('cli.checkpointNeedsResume'))
  }
  settingsOf(options)
}

/** Checks the options of a resumed run: those that cannot change are errors. */
function checkResume(given: {
  resume: string
  folder: string | undefined
  isGiven: (name: keyof Options) => boolean
}): void {
  const { resume, folder, isGiven } = given
  if (folder !== undefined) {
    throw new FlowerbedError('bad-input', errorText('cli.folderOnResume', { resume }), { where: folder })
  }
  const fixed = fixedOptions.find(isGiven)
  if (fixed === undefined) return
  const option = optionOf(fixed)
  throw new FlowerbedError(
    'bad-input',
    errorText('cli.fixedOnResume', { option, choices: resumableSettings.join(', ') }),
    { where: option },
  )
}

async function createRun(
  workspace: Workspace,
  folder: string,
  options: Options & { presetGiven: boolean; together: WorkerChoice | null; target: string | null },
): Promise<RunRecord> {
  const { imageSize: size, name, device, startFrom: from, target, together: workers } = options
  const { store, runService } = workspace
  const parent = from && runService.find(from.runId)
  if (parent) runService.checkpoints.choose(parent.id, from.checkpoint ?? 'latest')
  const preset = parent && !options.presetGiven ? parent.preset : options.preset
  const dataset = await importFolder({
    folder,
    store,
    ...(size !== undefined ? { changes: { width: size, height: size } } : {}),
  })
  const changes = settingsOf({ ...options, preset })
  const images = { shape: dataset.shape, count: dataset.count - dataset.excludedCount }
  const run = {
    datasetId: dataset.id,
    preset,
    changes,
    // With the settings of the run that it starts from there is nothing to choose.
    ...(parent
      ? {}
      : {
          automatic: await planRun({ preset, changes, images, device, workers, target }, planning(workspace)),
        }),
    device,
    target,
    ...(name ? { name } : {}),
    ...(workers ? { workers } : {}),
    waits: options.queue ?? false,
  }
  return from && parent ? runService.createFrom({ ...from, runId: parent.id }, run) : runService.create(run)
}

const planning = ({ store, engine }: Workspace): Parameters<typeof planRun>[1] => ({
  ask: (asked) => engine.handlers.stepCosts(asked),
  earlier: store.runs.list(),
})

/** The run to resume and its changes; nothing is written before training starts. */
function resumeOptions(
  { runService }: Workspace,
  options: Options & { resume: string },
  deviceGiven: boolean,
): [RunRecord, TrainOptions] {
  const { steps, epochs, minutes, set, name, device, checkpoint } = options
  const run = runService.find(options.resume)
  const config = resumedConfig(run, { more: { steps, epochs, minutes }, changes: set })
  const from = checkpoint === undefined ? null : runService.checkpoints.choose(run.id, checkpoint)
  const standing = from === null ? run : standingAt(run, from.step)
  if (isDone({ ...standing, config })) {
    const text = isTimeUp({ ...standing, config })
      ? errorText('cli.timeUp')
      : errorText('cli.allSteps', { steps: goalSteps({ ...run, config }) })
    throw new FlowerbedError('bad-input', text, { where: run.id })
  }
  return [
    run,
    {
      config,
      ...(deviceGiven ? { device } : {}),
      ...(name ? { name } : {}),
      ...(checkpoint === undefined ? {} : { checkpoint }),
    },
  ]
}
