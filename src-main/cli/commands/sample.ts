import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import type { SolverName } from '#contract/engine.ts'
import type { PixelBatch } from '#contract/pictures.ts'
import type { CheckpointChoice, DeviceChoice } from '#contract/run.ts'
import { pictureAt, tile, writePng } from '../../engine/pictures/png.ts'
import {
  checkpointOption,
  dataDirOption,
  deviceOption,
  drawStepsOption,
  jsonOption,
  solverOption,
  wholeNumber,
} from '../options.ts'
import { answer, say } from '../output.ts'
import { withWorkspace } from '../workspace.ts'

interface Options {
  count: number
  out: string
  steps: number
  solver: SolverName
  seed: number
  checkpoint?: CheckpointChoice
  device: DeviceChoice
  dataDir?: string
  json?: boolean
}

export function addSample(program: Command): void {
  program
    .command('sample')
    .description('draw new pictures')
    .argument('<run>', 'its id, the beginning of one, or latest')
    .requiredOption('--out <folder>', 'where the pictures go')
    .option('--count <count>', 'how many', wholeNumber, 16)
    .option('--seed <number>', 'other pictures for another number', wholeNumber, 1)
    .addOption(drawStepsOption())
    .addOption(solverOption())
    .addOption(checkpointOption())
    .addOption(deviceOption())
    .addOption(dataDirOption())
    .addOption(jsonOption())
    .action(sample)
}

async function sample(wanted: string, options: Options): Promise<void> {
  const { count, seed, solver, steps: solverSteps, device } = options
  await withWorkspace({ dataDir: options.dataDir }, async ({ keeper, engine }) => {
    const run = keeper.find(wanted)
    const model = keeper.modelSource(run.id, options.checkpoint)
    const { pictures } = await engine.handlers.sample({
      model,
      device,
      count,
      seed,
      solver,
      solverSteps,
      save: false,
    })
    const { files, sheet } = await writePictures(resolve(options.out), pictures)
    say(`${files.length} pictures and a sheet of them: ${sheet}`)
    answer(options.json ?? false, { run: run.id, files, sheet })
  })
}

/** One PNG a picture and a contact sheet, small pictures enlarged on the sheet. */
export async function writePictures(
  folder: string,
  pictures: PixelBatch,
): Promise<{ files: string[]; sheet: string }> {
  await mkdir(folder, { recursive: true })
  const files: string[] = []
  for (let i = 0; i < pictures.count; i++) {
    const file = join(folder, `picture-${String(i + 1).padStart(4, '0')}.png`)
    await writePng(file, pictureAt(pictures, i))
    files.push(file)
  }
  const sheet = join(folder, 'sheet.png')
  await writePng(sheet, tile(pictures), { enlarge: enlargement(pictures) })
  return { files, sheet }
}

/** How many times a picture has to be enlarged to be well seen. */
export function enlargement({ width, height }: { width: number; height: number }): number {
  return Math.max(1, Math.floor(128 / Math.max(width, height)))
}
