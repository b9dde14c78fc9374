import { mkdir } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { TrainRequest } from '#shared/engine-messages.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { ImageShape } from '#shared/schemas/image.ts'
import type { SavedCheckpoint } from '#shared/schemas/run.ts'
import { deleteAbandonedCheckpoints } from '../../files/checkpoint-names.ts'
import { freeBytes as freeBytesOf } from '../../files/atomic-write.ts'
import type { ProgramSpec, Values } from '../graph/program.ts'
import { saveCheckpoint } from '../checkpoints/checkpoint.ts'
import type { CheckpointInfo } from '../checkpoints/checkpoint.ts'

/** Bytes free on the disk that a folder is on. */
export type FreeBytes = (folder: string) => Promise<number>

/** What comes with a save besides its arrays: their names, the JSON, a grid of samples, rows of the history. */
const besidesBytes = 16_000_000
const pollMs = 100

/** Writes a run's saves, and sees that there is room for the next one while nothing can be lost yet. */
export class CheckpointWriter {
  /** The step that was saved last. */
  savedStep = -1
  private readonly request: TrainRequest
  private readonly common: Pick<CheckpointInfo, 'runId' | 'shape'>
  private readonly shapes: Record<string, number[]>
  private readonly bytes: number
  private readonly freeBytes: FreeBytes

  constructor(options: {
    request: TrainRequest
    shape: ImageShape
    state: ProgramSpec['state']
    freeBytes?: FreeBytes | undefined
  }) {
    const { request, shape, state, freeBytes = freeBytesOf } = options
    this.request = request
    this.common = { runId: request.runId, shape }
    this.shapes = Object.fromEntries(Object.entries(state).map(([name, entry]) => [name, entry.shape]))
    const numbers = Object.values(this.shapes).map((sides) => sides.reduce((size, side) => size * side, 1))
    this.bytes = besidesBytes + 4 * numbers.reduce((sum, count) => sum + count, 0)
    this.freeBytes = freeBytes
  }

  async save(
    info: Omit<CheckpointInfo, 'sha256' | 'format' | 'runId' | 'shape'>,
    state: Values,
  ): Promise<SavedCheckpoint> {
    const { runDirectory } = this.request
    const record = await saveCheckpoint({
      runDirectory,
      info: { ...this.common, ...info },
      state,
      shapes: this.shapes,
    })
    this.savedStep = info.step
    return record
  }

  /**
   * @param patienceMs how long to wait for room that is being made
   * @throws FlowerbedError `no-space` when the disk has no room for one more save
   */
  async checkRoom({ patienceMs = 0 } = {}): Promise<void> {
    const { runDirectory } = this.request
    await mkdir(runDirectory, { recursive: true })
    if (this.savedStep < 0) await deleteAbandonedCheckpoints(runDirectory)
    let free = await this.freeBytes(runDirectory)
    for (let waited = 0; free < this.bytes && waited < patienceMs; waited += pollMs) {
      await delay(pollMs)
      free = await this.freeBytes(runDirectory)
    }
    if (free >= this.bytes) return
    const words = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`
    throw new FlowerbedError(
      'no-space',
      `The next save takes up to ${words(this.bytes)}, and only ${words(free)} are free on the disk.`,
      {
        where: runDirectory,
        hint: 'Make room, by deleting runs or with fewer saves kept, then let it go on from its last save.',
      },
    )
  }
}
