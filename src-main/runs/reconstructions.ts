import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { EncodeRequest, EncodeResult, ModelSource } from '#shared/engine-messages.ts'
import { encoderNames } from '#shared/engine-messages.ts'
import type { Reconstruction } from '#shared/schemas/experiment.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { spreadImages } from '#shared/ladder.ts'
import { imageShapeSchema } from '#shared/schemas/image.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import type { DatasetRecord } from '#shared/schemas/dataset.ts'
import { writeFileAtomically } from '../files/atomic-write.ts'
import { runFolder } from '../files/data-folder.ts'
import type { Store } from '../database/store.ts'
import type { RunService } from './run-service.ts'

/** How runs that are compared draw and encode: the same for all of them. */
export const comparedSampling = { sampling: { solver: 'heun', steps: 50 } } as const

/** The same images for every run of a dataset, encoded as the run can. */
export function reconstructRequest(options: {
  model: ModelSource
  run: RunRecord
  dataset: DatasetRecord
}): EncodeRequest {
  const { model, run, dataset } = options
  return {
    ...comparedSampling,
    model,
    device: run.deviceChoice,
    encoder: run.config.posterior ? 'posterior' : 'inversion',
    images: spreadImages(dataset.count).map((index) => ({
      kind: 'dataset',
      datasetDirectory: dataset.directory,
      index,
    })),
  }
}

const batchSchema = imageShapeSchema.extend({ count: z.int().min(1), pixels: z.base64() })
const savedSchema = z.object({
  /** The save that drew them; another one draws otherwise. */
  checkpoint: z.string().nullable(),
  step: z.int(),
  encoder: z.enum(encoderNames),
  originals: batchSchema,
  drawn: batchSchema,
  error: z.array(z.number()),
})

/** Reconstructs a few fixed images with runs, and keeps what came of it beside their samples. */
export class Reconstructor {
  private readonly store: Store
  private readonly runService: RunService
  private readonly encode: (request: EncodeRequest) => Promise<EncodeResult>
  private readonly told: (reconstruction: Reconstruction) => void
  private readonly underWay = new Map<string, Promise<Reconstruction>>()

  constructor(options: {
    store: Store
    runService: RunService
    encode: (request: EncodeRequest) => Promise<EncodeResult>
    told?: (reconstruction: Reconstruction) => void
  }) {
    this.store = options.store
    this.runService = options.runService
    this.encode = options.encode
    this.told = options.told ?? (() => undefined)
  }

  /** What a run has reconstruction with its last save; null if it has not. */
  async find(runId: string): Promise<Reconstruction | null> {
    const { checkpoint } = this.runService.modelSource(runId)
    const text = await readFile(this.path(runId), 'utf8').catch(() => null)
    if (text === null) return null
    const saved = savedSchema.safeParse(parsedJson(text)).data
    if (!saved || saved.checkpoint !== checkpoint) return null
    const { step, encoder, error } = saved
    const batch = (kept: z.infer<typeof batchSchema>): PixelBatch => ({
      ...kept,
      pixels: Uint8Array.from(Buffer.from(kept.pixels, 'base64')),
    })
    return { runId, step, encoder, error, originals: batch(saved.originals), drawn: batch(saved.drawn) }
  }

  /** What was found, else drawn now. @throws FlowerbedError `not-found` without its images, or what the engine says */
  async reconstruct(runId: string): Promise<Reconstruction> {
    const found = await this.find(runId)
    if (found) return found
    let sampling = this.underWay.get(runId)
    if (!sampling) {
      sampling = this.draw(runId).finally(() => this.underWay.delete(runId))
      this.underWay.set(runId, sampling)
    }
    return await sampling
  }

  private async draw(runId: string): Promise<Reconstruction> {
    const run = this.store.runs.get(runId)
    if (run.datasetId === null) {
      throw new FlowerbedError('not-found', 'The images of this run were deleted.', {
        hint: 'Import the same folder again; the run finds them by their content.',
      })
    }
    const dataset = this.store.datasets.get(run.datasetId)
    const { request, answer } = await this.runService.withModel(runId, async (model) => {
      const asked = reconstructRequest({ model, run, dataset })
      return { request: asked, answer: await this.encode(asked) }
    })
    const { originals, reconstructions: drawn, reconstructionError: error } = answer
    const { step } = run
    const { encoder } = request
    const base64 = ({ pixels, ...shape }: PixelBatch) => ({
      ...shape,
      pixels: Buffer.from(pixels).toString('base64'),
    })
    await mkdir(join(runFolder(this.store.directory, runId), 'samples'), { recursive: true })
    await writeFileAtomically(
      this.path(runId),
      JSON.stringify({
        checkpoint: request.model.checkpoint,
        step,
        encoder,
        error,
        originals: base64(originals),
        drawn: base64(drawn),
      } satisfies z.infer<typeof savedSchema>),
    )
    const reconstruction = { runId, step, encoder, originals, drawn, error }
    this.told(reconstruction)
    return reconstruction
  }

  private path(runId: string): string {
    return join(runFolder(this.store.directory, runId), 'samples', 'reconstruction.json')
  }
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
