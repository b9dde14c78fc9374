import type { Command } from 'commander'
import { resumableSettings } from '#shared/resume.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { goalSteps, isDone, isTimeUp, standingAt } from '#shared/run-limits.ts'
import { defaultPresetId, presetIds } from '#shared/presets.ts'
import { resumedConfig } from '#shared/resume.ts'
import type { CheckpointChoice, DeviceChoice, RunRecord } from '#shared/schemas/run.ts'
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
  positiveNumber,
  wholeNumber,
} from '../../support/options.ts'
import { answer, duration, say } from '../../support/output.ts'
import { checkedChanges } from '../../support/settings.ts'
import { followTraining, sayDevice, trainAnswer, trainRun } from '../../support/train-run.ts'
import { withWorkspace } from '../../support/workspace.ts'
import type { Workspace } from '../../support/workspace.ts'

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
  checkpoint?: CheckpointChoice
  device: DeviceChoice
  dataDir?: string
  json?: boolean
}

/** Options that decide what a run is; they are fixed once it is made. */
const fixedOptions = ['preset', 'imageSize', 'batch', 'seed'] as const

export function addTrain(program: Command): void {
  const command = program
    .command('train')
    .description('train on the images of a folder')
    .argument('[folder]', 'images, also in subfolders')
    .option('--preset <preset>', `one of ${presetIds.join(', ')}`, defaultPresetId)
    .option('--image-size <pixels>', 'width and height to train at', imageSize)
    .option('--steps <count>', 'optimizer updates; with --resume, how many more', wholeNumber)
    .option('--epochs <count>', 'passes over the images at most; with --resume, how many more', wholeNumber)
    .option('--minutes <minutes>', 'how long at most; with --resume, how much longer', positiveNumber)
    .option('--batch <count>', 'images per step', wholeNumber)
    .option('--seed <number>', 'where all randomness comes from', wholeNumber)
    .option('--name <name>', 'what to call the run')
    .option('--set <key=value>', 'any other setting; see below', collectSettings, {})
    .option(
      '--resume <run>',
      `resume a run: its id, the beginning of one, or latest. --set may change ${resumableSettings.join(', ')}`,
    )
    .addOption(checkpointOption())
    .addOption(deviceOption())
    .addOption(dataDirOption())
    .addOption(jsonOption())
    .action((folder: string | undefined, options: Options) => train(command, folder, options))
  describeSettings(command)
}

async function train(command: Command, folder: string | undefined, options: Options): Promise<void> {
  const said = (name: keyof Options) => command.getOptionValueSource(name) === 'cli'
  const { resume } = options
  if (resume === undefined) checkFresh(folder, options)
  else checkResume({ resume, folder, said })
  const follow = followTraining()
  const { dataDir } = options
  await withWorkspace({ dataDir, onEvent: follow.onEvent, writes: true }, async (workspace) => {
    const [run, changes] =
      resume === undefined
        ? [await fresh(workspace, folder ?? '', options), {}]
        : resumed(workspace, { ...options, resume }, said('device'))
    say(`Training “${run.name}” (${run.id})`)
    await sayDevice(workspace, { ...run, config: changes.config ?? run.config })
    const ended = await trainRun(workspace, run, changes).finally(follow.end)
    say(
      `${ended.step} steps in ${duration(ended.trainedSeconds)}. Sample with: flowerbed sample ${ended.id} --count 16 --out FOLDER`,
    )
    answer(options.json ?? false, trainAnswer(ended))
  })
}

/** The settings that were said, whichever option says them. @throws FlowerbedError `bad-input` naming the option */
function settingsOf({ preset, steps, epochs, minutes, batch, seed, set }: Options): Record<string, unknown> {
  return checkedChanges(preset, { own: { steps, epochs, minutes, batch, seed }, set })
}

/** Refuses what cannot be trained before a folder is read. */
function checkFresh(folder: string | undefined, options: Options): void {
  if (folder === undefined) {
    throw new FlowerbedError('bad-input', 'Which images? Name a folder, or a run with --resume.')
  }
  if (options.checkpoint !== undefined) {
    throw new FlowerbedError('bad-input', '--checkpoint belongs to --resume.', {
      hint: 'Name the run to resume with --resume RUN.',
    })
  }
  settingsOf(options)
}

/** Refuses what a run cannot take over when it resumes, rather than ignore it. */
function checkResume(given: {
  resume: string
  folder: string | undefined
  said: (name: keyof Options) => boolean
}): void {
  const { resume, folder, said } = given
  if (folder !== undefined) {
    throw new FlowerbedError('bad-input', 'A run resumes with its own images, not with those of a folder.', {
      where: folder,
      hint: `Leave the folder out, or leave --resume ${resume} out for a new run.`,
    })
  }
  const fixed = fixedOptions.find(said)
  if (fixed === undefined) return
  const option = fixed === 'imageSize' ? '--image-size' : `--${fixed}`
  throw new FlowerbedError('bad-input', `${option} cannot change when a run resumes.`, {
    where: option,
    hint: `Leave it out. With --set these can change: ${resumableSettings.join(', ')}.`,
  })
}

async function fresh(workspace: Workspace, folder: string, options: Options): Promise<RunRecord> {
  const { imageSize: size, name, preset, device } = options
  const { store, runService } = workspace
  const dataset = await importFolder({
    folder,
    store,
    ...(size !== undefined ? { changes: { width: size, height: size } } : {}),
  })
  return runService.create({
    datasetId: dataset.id,
    preset,
    changes: settingsOf(options),
    device,
    ...(name ? { name } : {}),
  })
}

/** The run to resume and what changes with it; nothing is written before training has begun. */
function resumed(
  { runService }: Workspace,
  options: Options & { resume: string },
  deviceSaid: boolean,
): [RunRecord, TrainOptions] {
  const { steps, epochs, minutes, set, name, device, checkpoint } = options
  const run = runService.find(options.resume)
  const config = resumedConfig(run, { more: { steps, epochs, minutes }, changes: set })
  const from = checkpoint === undefined ? null : runService.checkpoints.choose(run.id, checkpoint)
  const standing = from === null ? run : standingAt(run, from.step)
  if (isDone({ ...standing, config })) {
    const why = isTimeUp({ ...standing, config })
      ? 'The time of this run is up.'
      : `This run has done all of its ${goalSteps({ ...run, config })} steps.`
    throw new FlowerbedError('bad-input', why, {
      where: run.id,
      hint: 'Say how much longer with --steps, --epochs or --minutes.',
    })
  }
  return [
    run,
    {
      config,
      ...(deviceSaid ? { device } : {}),
      ...(name ? { name } : {}),
      ...(checkpoint === undefined ? {} : { checkpoint }),
    },
  ]
}
