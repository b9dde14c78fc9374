import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { tile, writePng } from '../../../engine/images/png.ts'
import { enlargement } from '../../support/write-images.ts'
import { originalsFile } from './request.ts'
import type { GridSize, InterpolateArguments } from './request.ts'
import { decodeImages } from '../../support/decode-images.ts'
import { checkDestination, writing } from '../../support/destination.ts'
import { followSampling } from '../../support/follow-sampling.ts'
import { invalidArgument } from '../../support/invalid-argument.ts'
import { samplingFrom, encodingFrom } from '../../support/options.ts'
import { answer, percent, say } from '../../support/output.ts'
import { withWorkspace } from '../../support/workspace.ts'

/** Parses `7`, or `5x9`: rows × columns. */
export function gridSize(text: string): GridSize {
  const [, rows, columns] = /^(\d+)(?:[x×](\d+))?$/.exec(text) ?? []
  if (rows === undefined) throw invalidArgument(errorText('cli.writeGrid'))
  return { rows: Number(rows), columns: Number(columns ?? rows) }
}

/** Generates a sheet between three or four images and writes it, with its originals beside it. */
export async function writeGrid(
  out: string,
  { run: runId, images, options, grid }: InterpolateArguments & { grid: GridSize },
): Promise<void> {
  if (!out.endsWith('.png'))
    throw new FlowerbedError('bad-input', errorText('cli.gridNotPng'), { where: options.out })
  await checkDestination(originalsFile(out), 'file')
  const { mode, details, device } = options
  const follow = followSampling()
  await withWorkspace(
    { dataDir: options.dataDir, onEvent: follow.onEvent },
    async ({ runService, engine }) => {
      const run = runService.find(runId)
      const request = {
        device,
        images: await decodeImages(images, run.shape),
        ...grid,
        mode,
        details,
        ...encodingFrom(options, run),
        sampling: samplingFrom(options, run.config),
      }
      const { cells, originals, reconstructionError } = await follow.during(engine, (job) =>
        runService.withModel(
          run.id,
          async (model) => await engine.handlers.grid({ ...request, model, job }),
          options.checkpoint,
        ),
      )
      const enlarge = enlargement(cells)
      await writing(out, async () => {
        await mkdir(dirname(out), { recursive: true })
        await writePng(out, tile(cells, grid.columns), { enlarge })
        await writePng(originalsFile(out), tile(originals, 2), { enlarge })
      })
      say(`${out} (reconstruction error of the corners: ${reconstructionError.map(percent).join(', ')})`)
      answer(options.json ?? false, {
        run: run.id,
        file: out,
        originals: originalsFile(out),
        ...grid,
        reconstructionError,
      })
    },
  )
}
