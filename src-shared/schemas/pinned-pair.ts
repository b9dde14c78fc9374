import { z } from 'zod'
import { chosenImageSchema } from '#shared/schemas/chosen-image.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'

/** Pairs that a run may have: each costs samples at every sampling interval. */
export const mostPairs = 4
/** Frames of a row, the reconstructions of both images among them. */
export const framesOfRow = 7
/** Rows that are kept of a pair; of more, some are left out between the first and the last. */
export const mostRows = 64

export const pairImagesSchema = z.tuple([chosenImageSchema, chosenImageSchema])

/** Two images whose interpolation is generated again and again while a run trains. */
export interface PinnedPair {
  id: string
  runId: string
  images: z.infer<typeof pairImagesSchema>
  createdAt: number
}

/** The interpolation of a pair at a training step. */
export interface PinnedRow {
  pair: string
  step: number
  frames: PixelBatch
}
