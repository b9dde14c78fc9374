import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { SampleImages } from '#shared/ipc.ts'
import { checkpointOf, originalImages, originKeyword, originText, readOrigin } from '#shared/sample-origin.ts'
import type { SampleRecord } from '#shared/schemas/run.ts'
import { choosePngPath, dragOut, temporaryFile } from '../app/exported-samples.ts'
import { runFolder } from '../files/data-folder.ts'
import type { HandlersOf } from './dispatch.ts'
import type { Services } from './services.ts'

/** Sides to which small images are enlarged where they leave the app for the eye: on contact sheets, on the clipboard. */
const sheetSide = 128
const copySide = 512

/** Samples as files: saved, copied, dragged out, and opened again; and what the user says of them. */
export function sampleFileHandlers({ store, runService, importer }: Services): HandlersOf<'samples'> {
  function find({ id, sample }: { id: string; sample: string }): SampleRecord {
    const record = store.samples.list(store.runs.key(id)).find((one) => one.id === sample)
    if (record) return record
    throw new FlowerbedError('not-found', errorText('sample.gone'), { where: sample })
  }

  /** Writes images of a sheet as one PNG that says where they come from. */
  async function write(chosen: SampleImages, path: string, side = 0): Promise<void> {
    const record = find(chosen)
    const { images } = chosen
    const { file, shape, count, columns } = record
    const { name } = store.runs.get(chosen.id)
    const enlarge = Math.max(1, Math.floor(side / Math.max(shape.width, shape.height)))
    const checkpoint = checkpointOf(record, runService.checkpoints.list(chosen.id))
    const text = originText({ record, images, run: name, checkpoint: checkpoint?.file ?? null, enlarge })
    const sheet = join(runFolder(store.directory, chosen.id), 'samples', file)
    await importer.request('saveSamples', {
      sheet: { path: sheet, shape, count, columns },
      files: [{ path, images, enlarge, text }],
    })
  }

  function nameFor({ id, sample, images }: SampleImages): string {
    const { step, seed } = find({ id, sample })
    const run = store.runs
      .get(id)
      .name.replaceAll(/[^\p{L}\p{N} ._-]/gu, '_')
      .slice(0, 80)
    const which = images.length === 1 ? `image ${(images[0] ?? 0) + 1}` : `${images.length} images`
    return `${run} step ${step} seed ${seed} ${which}.png`
  }
  /** A single image keeps its pixels; several become a contact sheet to look at. */
  const sideOf = ({ images }: SampleImages) => (images.length === 1 ? 0 : sheetSide)

  return {
    'samples.save': async (chosen) => {
      const path = await choosePngPath(nameFor(chosen))
      if (path !== null) await write(chosen, path, sideOf(chosen))
      return path
    },
    'samples.png': async (chosen) => {
      const path = temporaryFile('copied.png')
      await write(chosen, path, chosen.images.length === 1 ? copySide : sheetSide)
      return await readFile(path)
    },
    'samples.drag': async (chosen) => {
      const path = temporaryFile(nameFor(chosen))
      await write(chosen, path, sideOf(chosen))
      dragOut(path)
    },
    'samples.open': async ({ path }) => {
      const found = await importer.request('readText', { path, keyword: originKeyword })
      const origin = found && readOrigin(found.text)
      const images = origin && originalImages(found.image, origin)
      if (!images) return null
      const { record } = origin
      const run = store.runs.list().find(({ id }) => id === record.runId)
      const checkpoints = run ? runService.checkpoints.list(run.id) : []
      return {
        ...{ path, origin, images },
        run: run?.name ?? null,
        checkpoint: checkpointOf(record, checkpoints),
      }
    },
    'samples.marks': ({ id }) => store.marks.list(store.runs.key(id)),
    'samples.mark': ({ mark }) => store.marks.save(mark, Date.now()),
  }
}
