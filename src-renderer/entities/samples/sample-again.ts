import { shallowRef } from 'vue'
import type { OpenedSample } from '#shared/ipc.ts'
import { sampleUrl } from '#shared/ipc.ts'
import { request } from '../../api/index.ts'
import type { SampleRecord } from '#shared/schemas/run.ts'
import { useJob } from './use-job.ts'

/** How images sampled again differ from those of a file. */
export interface Again {
  record: SampleRecord
  /** Values that differ, and the largest difference, of 255. */
  differing: number
  largest: number
}

/** Samples the images of a file again, with the same seed and settings, and compares them value by value. */
export function useSampleAgain(opened: OpenedSample) {
  const { share, error, run: runJob, cancel } = useJob()
  const again = shallowRef<Again | null>(null)

  async function start(): Promise<void> {
    const { record } = opened.origin
    const { settings } = record
    if (!settings) return
    const { count, first, seed, temperature } = settings.selection
    const sampled = await runJob((job) =>
      request('gallery.sample', {
        ...{ id: record.runId, job, count, first, seed, temperature, sampling: settings.sampling },
        ...(opened.checkpoint ? { checkpoint: opened.checkpoint.step } : {}),
      }),
    )
    if (!sampled) return
    again.value = { record: sampled, ...compare(opened, await tilesOf(sampled, opened.origin.images)) }
  }
  return { share, error, again, start, cancel }
}

/** Images of a sheet as RGBA values. */
async function tilesOf(record: SampleRecord, images: number[]): Promise<Uint8ClampedArray[]> {
  const image = new Image()
  image.src = sampleUrl(record)
  await image.decode()
  const { width, height } = record.shape
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
  return images.map((index) => {
    const left = (index % record.columns) * width
    const top = Math.floor(index / record.columns) * height
    context?.clearRect(0, 0, width, height)
    context?.drawImage(image, left, top, width, height, 0, 0, width, height)
    return context?.getImageData(0, 0, width, height).data ?? new Uint8ClampedArray()
  })
}

/** Values of the first three channels, grey counting as three. */
function compare({ images }: OpenedSample, tiles: Uint8ClampedArray[]): Omit<Again, 'record'> {
  const { channels, pixels } = images
  const pixelsOfOne = images.width * images.height
  let [differing, largest] = [0, 0]
  for (const [i, tile] of tiles.entries())
    for (let pixel = 0; pixel < pixelsOfOne; pixel++)
      for (let c = 0; c < Math.min(3, channels); c++) {
        const value = pixels[(i * pixelsOfOne + pixel) * channels + c] ?? 0
        const difference = Math.abs(value - (tile[4 * pixel + c] ?? 0))
        if (difference > 0) differing += 1
        largest = Math.max(largest, difference)
      }
  return { differing, largest }
}
