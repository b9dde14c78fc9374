import type { ImageSource } from '#shared/sampling-messages.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { ChosenImage } from '#shared/schemas/chosen-image.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import type { Services } from './services.ts'

/** The images that the user has chosen for a run, as the engine takes them. */
export function chosenImages({ store, importer }: Pick<Services, 'store' | 'importer'>) {
  /** Untrusted files are decoded by the importer, whose process they may end. */
  const decode = (run: RunRecord, path: string): Promise<PixelBatch> =>
    importer.request('decode', { path, shape: run.shape, fit: 'crop' })

  /** @throws FlowerbedError `not-found` for an image of a dataset that was deleted */
  async function sourceOf(run: RunRecord, chosen: ChosenImage): Promise<ImageSource> {
    if (chosen.kind === 'file') return { kind: 'pixels', pixels: (await decode(run, chosen.path)).pixels }
    if (run.datasetId === null) {
      throw new FlowerbedError('not-found', errorText('run.imagesDeletedForSampling'))
    }
    const { directory } = store.datasets.get(run.datasetId)
    return { kind: 'dataset', datasetDirectory: directory, index: chosen.index }
  }
  return { decode, sourceOf }
}
