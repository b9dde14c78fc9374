import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { z } from 'zod'
import { imageBytes, imageShapeSchema } from '#shared/schemas/image.ts'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { mostRows, pairImagesSchema } from '#shared/schemas/pinned-pair.ts'
import type { PinnedPair, PinnedRow } from '#shared/schemas/pinned-pair.ts'
import { inTransaction } from '../driver.ts'
import type { Database } from '../driver.ts'
import { parsedJson, UnreadableRows } from '../unreadable.ts'

interface Row {
  id: string
  runId: string
  images: string
  created_at: number
}
interface FramesRow {
  pair: string
  step: number
  shape: string
  pixels: Uint8Array
}

const shapeSchema = imageShapeSchema.extend({ count: z.int().min(1) })
const reading = {
  kind: 'pinnedPair',
  id: (row: Row) => row.id,
  read: ({ id, runId, images, created_at: createdAt }: Row): PinnedPair => ({
    ...{ id, runId, createdAt },
    images: pairImagesSchema.parse(parsedJson(images, 'images')),
  }),
} as const
const framesReading = {
  kind: 'pinnedPair',
  id: ({ pair, step }: FramesRow) => `${pair} at ${step}`,
  read: ({ pair, step, shape: json, pixels: compressed }: FramesRow): PinnedRow => {
    const shape = shapeSchema.parse(parsedJson(json, 'shape'))
    const pixels = new Uint8Array(inflateRawSync(compressed))
    if (pixels.length !== shape.count * imageBytes(shape)) throw new Error('The pixels are incomplete.')
    return { pair, step, frames: { ...shape, pixels } }
  },
} as const

/** Pinned pairs of runs, and their rows. */
export class PinnedPairRepository {
  private readonly db: Database
  private readonly unreadable: UnreadableRows

  constructor(db: Database, unreadable = new UnreadableRows()) {
    this.db = db
    this.unreadable = unreadable
  }

  /** Of a run, oldest first. */
  list(run: number): PinnedPair[] {
    const rows = this.db
      .prepare(
        `SELECT pinned_pairs.id, runs.id AS runId, images, pinned_pairs.created_at FROM pinned_pairs
         JOIN runs ON runs.key = pinned_pairs.run WHERE run = ? ORDER BY pinned_pairs.created_at, pinned_pairs.id`,
      )
      .all(run) as Row[]
    return this.unreadable.readable(rows, reading, `pinned pairs of ${run}`)
  }

  /** The rows of all pairs of a run, earliest step first. */
  rows(run: number): PinnedRow[] {
    const rows = this.db
      .prepare(
        `SELECT pair, step, shape, pixels FROM pinned_rows JOIN pinned_pairs ON pinned_pairs.id = pair
         WHERE run = ? ORDER BY step`,
      )
      .all(run) as FramesRow[]
    return this.unreadable.readable(rows, framesReading)
  }

  add(run: number, { id, images, createdAt }: Omit<PinnedPair, 'runId'>): void {
    this.db
      .prepare('INSERT INTO pinned_pairs (id, run, images, created_at) VALUES (?, ?, ?, ?)')
      .run(id, run, JSON.stringify(images), createdAt)
  }

  /** Deletes a pair with its rows. */
  remove(run: number, id: string): void {
    this.db.prepare('DELETE FROM pinned_pairs WHERE run = ? AND id = ?').run(run, id)
  }

  /** Keeps a row, or replaces the one of its step; does nothing where the pair is gone. */
  saveRow(pair: string, step: number, frames: PixelBatch): void {
    const { pixels, ...shape } = frames
    inTransaction(this.db, () => {
      this.db
        .prepare(
          `INSERT OR REPLACE INTO pinned_rows (pair, step, shape, pixels)
           SELECT id, ?, ?, ? FROM pinned_pairs WHERE id = ?`,
        )
        .run(step, JSON.stringify(shapeSchema.parse(shape)), deflateRawSync(pixels), pair)
      this.thinOut(pair)
    })
  }

  /** Of too many rows every second is left out, but not the first and the last. */
  private thinOut(pair: string): void {
    const steps = this.db.prepare('SELECT step FROM pinned_rows WHERE pair = ? ORDER BY step').all(pair) as {
      step: number
    }[]
    if (steps.length <= mostRows) return
    const remove = this.db.prepare('DELETE FROM pinned_rows WHERE pair = ? AND step = ?')
    for (const [i, { step }] of steps.entries())
      if (i % 2 === 1 && i < steps.length - 1) remove.run(pair, step)
  }
}
