import type { Command } from 'commander'
import { FlowerbedError } from '#contract/errors.ts'
import { goalSteps, isDone, isTimeUp } from '#contract/goal.ts'
import { defaultPresetId, presetIds } from '#contract/presets.ts'
import type { DeviceChoice, RunRecord } from '#contract/run.ts'
import { importFolder } from '../import-folder.ts'
import {
  collectSettings,
  dataDirOption,
  describeSettings,
  deviceOption,
  jsonOption,
  positiveNumber,
  wholeNumber,
} from '../options.ts'
import { answer, duration, say } from '../output.ts'
import { followTraining, sayDevice, trainAnswer, trainRun } from '../train-run.ts'
import { withWorkspace } from '../workspace.ts'
import type { Workspace } from '../workspace.ts'

interface Options {
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
  device: DeviceChoice
  dataDir?: string
  json?: boolean
}

export function addTrain(program: Command): void {
  const command = program
    .command('train')
    .description('learn to draw the pictures of a folder')
    .argument('[folder]', 'pictures, also in subfolders')
    .option('--preset <preset>', `one of ${presetIds.join(', ')}`, defaultPresetId)
    .option('--image-size <pixels>', 'width and height to learn at', wholeNumber)
    .option('--steps <count>', 'how many corrections; with --resume, how many more', wholeNumber)
    .option('--epochs <count>', 'how many passes over the pictures at most', wholeNumber)
    .option('--minutes <minutes>', 'how long at most', positiveNumber)
    .option('--batch <count>', 'pictures per step', wholeNumber)
    .option('--seed <number>', 'where all randomness comes from', wholeNumber)
    .option('--name <name>', 'what to call the run')
    .option('--set <key=value>', 'any other setting; see below', collectSettings, {})
    .option('--resume <run>', 'go on with a run: its id, the beginning of one, or latest')
    .addOption(deviceOption())
    .addOption(dataDirOption())
    .addOption(jsonOption())
    .action(train)
  describeSettings(command)
}

async function train(folder: string | undefined, options: Options): Promise<void> {
  const follow = followTraining()
  const { dataDir } = options
  await withWorkspace({ dataDir, onEvent: follow.onEvent, writes: true }, async (workspace) => {
    const run = options.resume
      ? resumed(workspace, options.resume, options)
      : await fresh(workspace, folder, options)
    say(`Training “${run.name}” (${run.id})`)
    await sayDevice(workspace, run)
    const ended = await trainRun(workspace, run).finally(follow.end)
    say(
      `${ended.step} steps in ${duration(ended.trainedSeconds)}. Draw with: flowerbed sample ${ended.id} --count 16 --out FOLDER`,
    )
    answer(options.json ?? false, trainAnswer(ended))
  })
}

async function fresh(workspace: Workspace, folder: string | undefined, options: Options): Promise<RunRecord> {
  if (folder === undefined) {
    throw new FlowerbedError('bad-input', 'Which pictures? Name a folder, or a run with --resume.')
  }
  const { steps, epochs, minutes, batch, seed, imageSize: size, name } = options
  const given = { steps, epochs, minutes, batch, seed }
  const changes = {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    ...options.set,
  }
  const { store, keeper } = workspace
  const dataset = await importFolder({
    folder,
    store,
    ...(size ? { changes: { width: size, height: size } } : {}),
  })
  return keeper.create({
    datasetId: dataset.id,
    preset: options.preset,
    changes,
    device: options.device,
    ...(name ? { name } : {}),
  })
}

function resumed({ keeper }: Workspace, wanted: string, options: Options): RunRecord {
  const run = keeper.find(wanted)
  const more = options.steps ?? 0
  if (more === 0 && isDone(run)) {
    const why = isTimeUp(run)
      ? 'The time of this run is up.'
      : `This run has done all of its ${goalSteps(run)} steps.`
    throw new FlowerbedError('bad-input', why, { where: run.id, hint: 'Say how many more with --steps.' })
  }
  return more > 0 ? keeper.extend(run.id, more) : run
}
