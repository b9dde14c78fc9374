import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import type { EngineEvent } from '#shared/engine-messages.ts'
import { defaultEncoder } from '#shared/encoders.ts'
import { defaultPresetId } from '#shared/presets.ts'
import type { DeviceChoice } from '#shared/schemas/run.ts'
import { demoFolder } from '../../../files/resources.ts'
import { checkDestination, writing } from '../../support/destination.ts'
import { followSampling } from '../../support/follow-sampling.ts'
import { importFolder } from '../../support/import-folder.ts'
import {
  dataDirOption,
  deviceOption,
  imageSize,
  jsonOption,
  positiveNumber,
  wholeNumber,
} from '../../support/options.ts'
import { answer, say } from '../../support/output.ts'
import { checkedChanges } from '../../support/settings.ts'
import { followTraining, trainAnswer, trainRun } from '../../support/train-run.ts'
import { withWorkspace } from '../../support/workspace.ts'
import { writeAnimation, writeImages } from '../../support/write-images.ts'

interface Options {
  out: string
  minutes: number
  steps?: number
  imageSize: number
  device: DeviceChoice
  dataDir?: string
  json?: boolean
}

const preset = defaultPresetId

export function addDemo(program: Command): void {
  program
    .command('demo')
    .description('train on the images included with Flowerbed, then sample and interpolate')
    .option('--out <folder>', 'output folder', 'flowerbed-demo')
    .option('--minutes <minutes>', 'training time at most', positiveNumber, 4)
    .option('--steps <count>', 'training steps at most', wholeNumber)
    .option('--image-size <pixels>', 'width and height to train at', imageSize, 32)
    .addOption(deviceOption())
    .addOption(dataDirOption())
    .addOption(jsonOption())
    .action(demo)
}

async function demo(options: Options): Promise<void> {
  const { device, imageSize: size, minutes, steps } = options
  const out = resolve(options.out)
  const changes = checkedChanges(preset, { own: { minutes, steps } })
  await checkDestination(out, 'folder')
  await checkDestination(join(out, 'images'), 'folder')
  const follow = followTraining()
  const followSamples = followSampling()
  const onEvent = (event: EngineEvent) => {
    follow.onEvent(event)
    followSamples.onEvent(event)
  }
  await withWorkspace({ dataDir: options.dataDir, onEvent, writes: true }, async (workspace) => {
    const { store, runService, engine } = workspace
    const dataset = await importFolder({
      folder: demoFolder(),
      store,
      changes: { name: 'Demo faces', width: size, height: size },
    })
    const created = runService.create({ datasetId: dataset.id, preset, changes, device })
    say(`Training “${created.name}” for at most ${minutes} min; shorten it with --minutes or --steps …`)
    const run = await trainRun(workspace, created).finally(follow.end)

    const model = runService.modelSource(run.id)
    const sampling = { model, device }
    const { images } = await followSamples.during(engine, (job) =>
      engine.handlers.sample({ ...sampling, count: 36, seed: 1, save: false, job }),
    )
    const { sheet } = await writing(out, () => writeImages(join(out, 'images'), images))
    const image = (index: number) => ({
      kind: 'dataset' as const,
      datasetDirectory: dataset.directory,
      index,
    })
    const result = await followSamples.during(engine, (job) =>
      engine.handlers.interpolate({
        ...sampling,
        images: [image(0), image(Math.floor(dataset.count / 2))],
        frames: 9,
        mode: 'slerp',
        encoder: defaultEncoder(run.config),
        job,
      }),
    )
    const interpolation = join(out, 'interpolation.png')
    await writeAnimation(interpolation, result.frames)
    say(`gallery: ${sheet}\ninterpolation: ${interpolation}`)
    answer(options.json ?? false, { ...trainAnswer(run), gallery: sheet, interpolation })
  })
}
