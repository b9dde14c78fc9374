import { deflateRawSync } from 'node:zlib'
import type { Database } from '../../src-main/database/driver.ts'

const images = [
  { kind: 'dataset', index: 1 },
  { kind: 'file', path: '/face.png' },
] as const
const frames = { height: 8, width: 8, channels: 1, count: 2 } as const
const pixels = new Uint8Array(128).fill(9)

/** What the repository answers of what `addPinnedPair` has added. */
export const aPinnedPair = { id: 'p', runId: 'r1', images: [...images], createdAt: 8 }
export const aPinnedRow = { pair: 'p', step: 4, frames: { ...frames, pixels } }

/** Adds a pinned pair of the first run, with one row. */
export function addPinnedPair(db: Database): void {
  db.prepare("INSERT INTO pinned_pairs VALUES ('p', 1, ?, 8)").run(JSON.stringify(images))
  db.prepare("INSERT INTO pinned_rows VALUES ('p', 4, ?, ?)").run(
    JSON.stringify(frames),
    deflateRawSync(pixels),
  )
}
