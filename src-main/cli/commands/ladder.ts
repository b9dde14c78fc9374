import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import type { DatasetRecord } from '#contract/dataset.ts'
import { FlowerbedError } from '#contract/errors.ts'
import { defaultPresetId, presetIds, presets } from '#contract/presets.ts'
import type { PresetId } from '#contract/presets.ts'
import type { DeviceChoice, MetricSeries, RunRecord } from '#contract/run.ts'
import { enlarged, tile, writePng } from '../../engine/pictures/png.ts'
import { writeFileAtomically } from '../../files.ts'
import { importFolder } from '../import-folder.ts'
import { ladderPage } from '../ladder-page.ts'
import {
  collectSettings,
  dataDirOption,
  deviceOption,
  jsonOption,
  positiveNumber,
  wholeNumber,
} from '../options.ts'
import { answer, say } from '../output.ts'
import { followTraining, trainAnswer, trainRun } from '../train-run.ts'
import { withWorkspace } from '../workspace.ts'
import type { Workspace } from '../workspace.ts'
import { enlargement } from './sample.ts'

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

/** One rung as the report shows it. */
export interface Rung {
  preset: PresetId
  title: string
  summary: string
  run: ReturnType<typeof trainAnswer>
  /** File names beside the report. */
  samples: string
  reconstruction: string
  /** RMS difference of pictures and their redrawings in [0, 1], each by the encoder that the rung has. */
  reconstructionError: number[]
  encoder: 'posterior' | 'inversion'
  /** Velocity loss along the way, thinned. */
  curve: { step: number; seconds: number; velocity: number }[]
}

const pictureCount = 16
const shownPictures = 8
const curvePoints = 200

export function addLadder(program: Command): void {
  program
    .command('ladder')
    .description('train the reference’s five systems and our own on the same pictures, and compare them')
    .argument('<folder>', 'pictures, also in subfolders')
    .option('--out <folder>', 'where the report goes', 'flowerbed-ladder')
    .option('--steps <count>', 'corrections for each', wholeNumber)
    .option('--minutes <minutes>', 'time for each', positiveNumber)
    .option('--image-size <pixels>', 'width and height to learn at', wholeNumber)
    .option('--seed <number>', 'where all randomness comes from', wholeNumber, 1)
    .option('--set <key=value>', 'any other setting, for all of them', collectSettings, {})
    .addOption(deviceOption())
    .addOption(dataDirOption())
    .addOption(jsonOption())
    .action(ladder)
}

async function ladder(folder: string, options: Options): Promise<void> {
  const { imageSize: size, steps, minutes } = options
  if (steps === undefined && minutes === undefined) {
    throw new FlowerbedError('bad-input', 'How long for each? Say --steps or --minutes.')
  }
  const out = resolve(options.out)
  await mkdir(out, { recursive: true })
  const follow = followTraining()
  await withWorkspace({ dataDir: options.dataDir, onEvent: follow.onEvent }, async (workspace) => {
    const dataset = await importFolder({
      folder,
      store: workspace.store,
      ...(size ? { changes: { width: size, height: size } } : {}),
    })
    const rungs: Rung[] = []
    // The reference's rungs from the first on, then ours.
    for (const preset of [...presetIds.filter((id) => id !== defaultPresetId), defaultPresetId]) {
      say(`${presets[preset].title} …`)
      const run = workspace.keeper.create({
        datasetId: dataset.id,
        preset,
        changes: {
          sampleEvery: 0,
          ...options.set,
          seed: options.seed,
          ...(steps === undefined ? {} : { steps }),
          ...(minutes === undefined ? {} : { minutes }),
        },
        device: options.device,
        name: `${dataset.name}: ${presets[preset].title}`,
      })
      const trained = await trainRun(workspace, run).finally(follow.end)
      rungs.push(await climb({ workspace, dataset, run: trained, out }))
      // After each, so that what is done can be seen while the rest goes on.
      await writeReport(out, { dataset, rungs })
    }
    say(`report: ${join(out, 'index.html')}`)
    answer(options.json ?? false, { dataset: dataset.id, report: join(out, 'index.html'), rungs })
  })
}

/** Draws with a trained rung and redraws a few pictures. */
async function climb(options: {
  workspace: Workspace
  dataset: DatasetRecord
  run: RunRecord
  out: string
}): Promise<Rung> {
  const { workspace, dataset, run, out } = options
  const { engine, keeper, store } = workspace
  const preset = run.preset as PresetId
  const drawing = { model: keeper.modelSource(run.id), device: run.deviceChoice }
  const { pictures } = await engine.handlers.sample({ ...drawing, count: pictureCount, seed: 1, save: false })
  const encoder = run.config.posterior ? ('posterior' as const) : ('inversion' as const)
  const indices = Array.from({ length: shownPictures }, (_, i) =>
    Math.floor((i * dataset.count) / shownPictures),
  )
  const { originals, drawn, reconstructionError } = await engine.handlers.encode({
    ...drawing,
    pictures: indices.map((index) => ({
      kind: 'dataset' as const,
      datasetDirectory: dataset.directory,
      index,
    })),
    encoder,
  })
  const files = { samples: `${preset}-samples.png`, reconstruction: `${preset}-reconstruction.png` }
  const enlarge = enlargement(pictures)
  await writePng(join(out, files.samples), enlarged(tile(pictures), enlarge))
  const both = {
    ...originals,
    count: 2 * originals.count,
    pixels: concatenated(originals.pixels, drawn.pixels),
  }
  await writePng(join(out, files.reconstruction), enlarged(tile(both, originals.count), enlarge))
  const { title, summary } = presets[preset]
  const curve = curveOf(store.metrics.series(store.runs.key(run.id)))
  return { preset, title, summary, run: trainAnswer(run), ...files, reconstructionError, encoder, curve }
}

function curveOf({ steps, seconds, values }: MetricSeries): Rung['curve'] {
  const { velocity } = values
  const stride = Math.max(1, Math.ceil(steps.length / curvePoints))
  const points: Rung['curve'] = []
  for (let from = 0; velocity && from < steps.length; from += stride) {
    const part = velocity.subarray(from, from + stride)
    const mean = part.reduce((sum, value) => sum + value, 0) / part.length
    points.push({ step: steps[from] ?? 0, seconds: seconds[from] ?? 0, velocity: mean })
  }
  return points
}

function concatenated(a: Uint8Array, b: Uint8Array): Uint8Array {
  const all = new Uint8Array(a.length + b.length)
  all.set(a)
  all.set(b, a.length)
  return all
}

async function writeReport(out: string, report: { dataset: DatasetRecord; rungs: Rung[] }): Promise<void> {
  const { name, count, shape } = report.dataset
  const content = { dataset: { name, count, shape }, rungs: report.rungs }
  await writeFileAtomically(join(out, 'report.json'), JSON.stringify(content, null, 1))
  await writeFileAtomically(join(out, 'index.html'), ladderPage(content))
}
