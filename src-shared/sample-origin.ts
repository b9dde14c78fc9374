import { z } from 'zod'
import { imageBytes, sheetColumns } from '#shared/schemas/image.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { sampleRecordSchema } from '#shared/schemas/run.ts'
import type { CheckpointRecord, SampleRecord } from '#shared/schemas/run.ts'

/** The keyword of a PNG's text (tEXt chunk) that says how its images were sampled. */
export const originKeyword = 'flowerbed'

/** Where an image file comes from: all that is needed to sample it again. */
export const sampleOriginSchema = z.object({
  version: z.literal(1),
  /** The sheet that the images are of. */
  record: sampleRecordSchema,
  /** Positions on that sheet. */
  images: z.array(z.int().min(0)),
  /** Name of the run; null where it was not known. */
  run: z.string().nullable(),
  /** File name of the checkpoint of that step; null where there was none. */
  checkpoint: z.string().nullable(),
  /** How many times each pixel was enlarged. */
  enlarge: z.int().min(1),
})
export type SampleOrigin = z.infer<typeof sampleOriginSchema>

/** The text of a PNG by keyword: for programs and for people; in ASCII, as tEXt chunks need it. */
export function originText(options: {
  record: SampleRecord
  images?: number[]
  run?: string
  checkpoint?: string | null
  enlarge?: number
}): Record<string, string> {
  const { record, run = null, checkpoint = null, enlarge = 1 } = options
  const { step, seed, solver, solverSteps, count, settings } = record
  const images = options.images ?? Array.from({ length: count }, (_, i) => i)
  const origin: SampleOrigin = { version: 1, record, images, run, checkpoint, enlarge }
  const about = [
    `run ${run ?? record.runId}`,
    `step ${step}`,
    ...(checkpoint === null ? [] : [`checkpoint ${checkpoint}`]),
    `seed ${seed}`,
    ...(images.length === 1 ? [`image ${(images[0] ?? 0) + 1} of ${count}`] : []),
    `${solver}, ${solverSteps} steps`,
    ...(settings ? [`${Math.round(settings.evaluations)} evaluations`] : []),
    ...(settings?.precision && settings.precision !== 'fp32' ? [settings.precision] : []),
    ...(settings?.sampling.label ? [`label ${settings.sampling.label}`] : []),
    ...(settings && settings.sampling.guidance !== 1 ? [`guidance ${settings.sampling.guidance}`] : []),
  ]
  return {
    Software: 'Flowerbed',
    Description: about.join(', ').replaceAll(/[^ -~]/g, '?'),
    [originKeyword]: toAscii(JSON.stringify(origin)),
  }
}

/** What a PNG's text of our keyword says; null for anything else. */
export function readOrigin(text: string): SampleOrigin | null {
  try {
    return sampleOriginSchema.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}

/** The checkpoint with the weights that samples were made with; null when it is not kept. */
export const checkpointOf = (
  { step }: SampleRecord,
  checkpoints: CheckpointRecord[],
): CheckpointRecord | null => checkpoints.find((one) => one.step === step && !one.damaged) ?? null

/** The images of a file as they were sampled; null where its size is not what it says. */
export function originalImages(file: PixelBatch, origin: SampleOrigin): PixelBatch | null {
  const { enlarge, images, record } = origin
  const { width, height, channels } = record.shape
  const columns = sheetColumns(images.length)
  const rows = Math.ceil(images.length / columns)
  const row = columns * width * enlarge
  if (file.channels !== channels || file.width !== row || file.height !== rows * height * enlarge) return null
  const pixels = new Uint8Array(images.length * imageBytes(record.shape))
  let at = 0
  for (let i = 0; i < images.length; i++) {
    const [left, top] = [(i % columns) * width, Math.floor(i / columns) * height]
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        for (let c = 0; c < channels; c++)
          pixels[at++] = file.pixels[((top + y) * enlarge * row + (left + x) * enlarge) * channels + c] ?? 0
  }
  return { width, height, channels, count: images.length, pixels }
}

const toAscii = (json: string) =>
  json.replaceAll(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
