import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import type { DatasetRecord } from '#shared/schemas/dataset.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { ladderPresets, rungTitle, settingChanges } from '#shared/ladder.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { presets } from '#shared/presets.ts'
import type { PresetId } from '#shared/presets.ts'
import type { DeviceChoice, RunRecord } from '#shared/schemas/run.ts'
import { tile, writePng } from '../../../engine/images/png.ts'
import { writeFileAtomically } from '../../../files/atomic-write.ts'
import { createLadder } from '../../../runs/ladder.ts'
import { comparedSampling, reconstructRequest } from '../../../runs/reconstructions.ts'
import { checkDestination, writing } from '../../support/destination.ts'
import { followSampling } from '../../support/follow-sampling.ts'
import { importFolder } from '../../support/import-folder.ts'
import { ladderPage } from './ladder-page.ts'
import type { Rung } from './rung.ts'
import { curveOf } from '../../../reports/curve.ts'
import {
  collectSettings,
  dataDirOption,
  deviceOption,
  imageSize,
  jsonOption,
  positiveNumber,
  wholeNumber,
} from '../../support/options.ts'
import { answer, say } from '../../support/output.ts'
import { checkedChanges } from '../../support/settings.ts'
import { trainRuns } from '../../support/train-experiment.ts'
import { followTraining, trainAnswer } from '../../support/train-run.ts'
import { withWorkspace } from '../../support/workspace.ts'
import type { Workspace } from '../../support/workspace.ts'
import { enlargement } from '../../support/write-images.ts'

interface Options {
  out: string
  steps?: number
  minutes?: number
  imageSize?: number
  seed: number
  set: Record<string, string>
  device: DeviceChoice
  dataDir?: string
  json?: boolean
}

const imageCount = 16

export function addLadder(program: Command): void {
  program
    .command('ladder')
    .description('train the five reference models and the default model on the same images, and compare them')
    .argument('<folder>', 'images, also in subfolders')
    .option('--out <folder>', 'output folder of the report', 'flowerbed-ladder')
    .option('--steps <count>', 'training steps for each model', wholeNumber)
    .option('--minutes <minutes>', 'training time for each model', positiveNumber)
    .option('--image-size <pixels>', 'width and height to train at', imageSize)
    .option('--seed <number>', 'random seed', wholeNumber, 1)
    .option('--set <key=value>', 'any other setting, for all models', collectSettings, {})
    .addOption(deviceOption())
    .addOption(dataDirOption())
    .addOption(jsonOption())
    .action(ladder)
}

async function ladder(folder: string, options: Options): Promise<void> {
  const { imageSize: size, steps, minutes } = options
  if (steps === undefined && minutes === undefined) {
    throw new FlowerbedError('bad-input', errorText('cli.ladderBudget'))
  }
  const { seed, set } = options
  for (const preset of ladderPresets) checkedChanges(preset, { own: { steps, minutes, seed }, set })
  const out = resolve(options.out)
  await checkDestination(out, 'folder')
  const follow = followTraining()
  const { dataDir } = options
  await withWorkspace({ dataDir, onEvent: follow.onEvent, writes: true }, async (workspace) => {
    const { store, runService } = workspace
    const dataset = await importFolder({
      folder,
      store,
      ...(size ? { changes: { width: size, height: size } } : {}),
    })
    const experiment = createLadder(
      { store, runService },
      {
        datasetId: dataset.id,
        budget: { steps, minutes },
        seed,
        changes: { sampleEvery: 0, ...set },
        device: options.device,
      },
    )
    const rungs: Rung[] = []
    const failures = await trainRuns({
      ...{ workspace, experiment, endLine: follow.end },
      finished: async (run) => {
        rungs.push(await evaluate({ workspace, dataset, run, out }))
        // After each rung, so that the report can be read while the rest trains.
        await writeReport(out, { dataset, rungs: withChanges(rungs, workspace) })
      },
    })
    say(`report: ${join(out, 'index.html')}`)
    answer(options.json ?? false, {
      experiment: experiment.id,
      dataset: dataset.id,
      report: join(out, 'index.html'),
      rungs,
    })
    if (failures.length > 0) throw failures[0]
  })
}

/** Each rung with the settings that differ from the one before it. */
function withChanges(rungs: Rung[], { store }: Workspace): Rung[] {
  const configOf = ({ run }: Rung) => store.runs.get(run.run).config
  return rungs.map((rung, i) => {
    const before = rungs[i - 1]
    return { ...rung, changes: before ? settingChanges(configOf(before), configOf(rung)) : [] }
  })
}

/** Samples with a trained rung and reconstructs a few images. */
async function evaluate(options: {
  workspace: Workspace
  dataset: DatasetRecord
  run: RunRecord
  out: string
}): Promise<Rung> {
  const { workspace, dataset, run, out } = options
  const { engine, runService, store } = workspace
  const preset = run.preset as PresetId
  const { during } = followSampling()
  const { request, images, originals, reconstructions, reconstructionError } = await runService.withModel(
    run.id,
    async (model) => {
      const encodeRequest = reconstructRequest({ model, run, dataset, excluded: [] })
      const { device } = encodeRequest
      const sampled = await during(engine, (job) =>
        engine.handlers.sample({
          ...comparedSampling,
          ...{ model, device, count: imageCount, seed: 1, save: false, job },
        }),
      )
      const encoded = await during(engine, (job) => engine.handlers.encode({ ...encodeRequest, job }))
      return { request: encodeRequest, ...sampled, ...encoded }
    },
  )
  const files = { samples: `${preset}-samples.png`, reconstruction: `${preset}-reconstruction.png` }
  const enlarge = enlargement(images)
  const pairs = tile(concat(originals, reconstructions), originals.count)
  await writing(out, async () => {
    await mkdir(out, { recursive: true })
    await writePng(join(out, files.samples), tile(images), { enlarge })
    await writePng(join(out, files.reconstruction), pairs, { enlarge })
  })
  return {
    ...{ preset, title: rungTitle(preset), summary: presets[preset].summary, changes: [] },
    run: trainAnswer(run),
    ...files,
    ...{ reconstructionError, encoder: request.encoder },
    curve: curveOf(store.metrics.series(store.runs.key(run.id)), 'velocity').map(({ value, ...at }) => ({
      ...{ ...at, velocity: value },
    })),
  }
}

/** Concatenates two batches of one shape. */
function concat(a: PixelBatch, b: PixelBatch): PixelBatch {
  return { ...a, count: a.count + b.count, pixels: Uint8Array.from([...a.pixels, ...b.pixels]) }
}

async function writeReport(out: string, report: { dataset: DatasetRecord; rungs: Rung[] }): Promise<void> {
  const { name, count, shape } = report.dataset
  const content = { dataset: { name, count, shape }, rungs: report.rungs }
  await writing(out, async () => {
    await writeFileAtomically(join(out, 'report.json'), JSON.stringify(content, null, 1))
    await writeFileAtomically(join(out, 'index.html'), ladderPage(content))
  })
}
