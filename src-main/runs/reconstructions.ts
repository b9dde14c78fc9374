import { mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { EncodeRequest, EncodeResult, ModelSource } from '#shared/sampling-messages.ts'
import { defaultEncoder } from '#shared/encoders.ts'
import { encoderNames } from '#shared/sampling-messages.ts'
import type { Reconstruction } from '#shared/schemas/experiment.ts'
import { errorText } from '#shared/error-text.ts'
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

/** How runs that are compared sample and encode: the same for all of them. */
export const comparedSampling = { sampling: { solver: 'heun', steps: 50 } } as const

/** The same images for every run of a dataset, encoded as the run can. */
export function reconstructRequest(options: {
  model: ModelSource
  run: RunRecord
  dataset: DatasetRecord
  /** Positions of images that the run leaves out. */
  excluded: readonly number[]
}): EncodeRequest {
  const { model, run, dataset, excluded } = options
  const leftOut = new Set(excluded)
  const used = Array.from({ length: dataset.count }, (_, i) => i).filter((i) => !leftOut.has(i))
  return {
    ...comparedSampling,
    model,
    device: run.deviceChoice,
    encoder: defaultEncoder(run.config),
    images: spreadImages(used.length).map((position) => ({
      kind: 'dataset',
      datasetDirectory: dataset.directory,
      index: used[position] ?? 0,
    })),
  }
}

const batchSchema = imageShapeSchema.extend({ count: z.int().min(1), pixels: z.base64() })
/** The stored file. */
const storedSchema = z.object({
  /** The checkpoint that made them. */
  checkpoint: z.string().nullable(),
  step: z.int(),
  encoder: z.enum(encoderNames),
  originals: batchSchema,
  reconstructed: batchSchema,
  error: z.array(z.number()),
})

type Stored = z.infer<typeof storedSchema>

/** As earlier versions named the file and one of its keys. */
const earlierFile = 'redrawn.json'
const earlierSchema = storedSchema
  .omit({ reconstructed: true })
  .extend({ drawn: batchSchema })
  .transform(({ drawn, ...rest }): Stored => ({ ...rest, reconstructed: drawn }))

/** Reconstructs a few fixed images with runs, and stores the results beside their samples. */
export class Reconstructor {
  private readonly store: Store
  private readonly runService: RunService
  private readonly encode: (request: EncodeRequest) => Promise<EncodeResult>
  private readonly onReconstruction: (reconstruction: Reconstruction) => void
  private readonly inProgress = new Map<string, Promise<Reconstruction>>()

  constructor(options: {
    store: Store
    runService: RunService
    encode: (request: EncodeRequest) => Promise<EncodeResult>
    onReconstruction?: (reconstruction: Reconstruction) => void
  }) {
    this.store = options.store
    this.runService = options.runService
    this.encode = options.encode
    this.onReconstruction = options.onReconstruction ?? (() => undefined)
  }

  /** The stored reconstruction of a run's latest checkpoint; null without one. */
  async find(runId: string): Promise<Reconstruction | null> {
    const { checkpoint } = this.runService.modelSource(runId)
    const stored = await this.read(runId)
    if (!stored || stored.checkpoint !== checkpoint) return null
    const { step, encoder, error, originals, reconstructed } = stored
    return {
      runId,
      step,
      encoder,
      error,
      originals: batchOf(originals),
      reconstructions: batchOf(reconstructed),
    }
  }

  /** As `find`, made now where there is none. @throws FlowerbedError `not-found` without its images, or the engine's */
  async reconstruct(runId: string): Promise<Reconstruction> {
    const found = await this.find(runId)
    if (found) return found
    let reconstruction = this.inProgress.get(runId)
    if (!reconstruction) {
      reconstruction = this.create(runId).finally(() => this.inProgress.delete(runId))
      this.inProgress.set(runId, reconstruction)
    }
    return await reconstruction
  }

  private async create(runId: string): Promise<Reconstruction> {
    const run = this.store.runs.get(runId)
    if (run.datasetId === null) {
      throw new FlowerbedError('not-found', errorText('run.imagesDeleted'))
    }
    const dataset = this.store.datasets.get(run.datasetId)
    const excluded = this.store.runs.excluded(runId)
    const { request, answer } = await this.runService.withModel(runId, async (model) => {
      const encodeRequest = reconstructRequest({ model, run, dataset, excluded })
      return { request: encodeRequest, answer: await this.encode(encodeRequest) }
    })
    const { originals, reconstructions, reconstructionError: error } = answer
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
        reconstructed: base64(reconstructions),
      } satisfies z.infer<typeof storedSchema>),
    )
    const reconstruction = { runId, step, encoder, originals, reconstructions, error }
    this.onReconstruction(reconstruction)
    return reconstruction
  }

  /** The stored file; without one, that of an earlier version. */
  private async read(runId: string): Promise<Stored | null> {
    const text = await readFile(this.path(runId), 'utf8').catch(() => null)
    if (text !== null) return storedSchema.safeParse(parsedJson(text)).data ?? null
    const earlier = await readFile(join(dirname(this.path(runId)), earlierFile), 'utf8').catch(() => null)
    return earlier === null ? null : (earlierSchema.safeParse(parsedJson(earlier)).data ?? null)
  }

  private path(runId: string): string {
    return join(runFolder(this.store.directory, runId), 'samples', 'reconstruction.json')
  }
}

const batchOf = ({ pixels, ...shape }: z.infer<typeof batchSchema>): PixelBatch => ({
  ...shape,
  pixels: Uint8Array.from(Buffer.from(pixels, 'base64')),
})

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
