import { mkdir } from 'node:fs/promises'
import type { TrainRequest } from '#shared/engine-messages.ts'
import type { ImageShape } from '#shared/schemas/image.ts'
import type { SavedCheckpoint } from '#shared/schemas/run.ts'
import { deleteAbandonedCheckpoints } from '../../files/checkpoint-names.ts'
import { freeBytes as freeBytesOf } from '../../files/atomic-write.ts'
import type { ProgramSpec, Values } from '../graph/program.ts'
import { saveCheckpoint } from '../checkpoints/checkpoint.ts'
import type { CheckpointInfo } from '../checkpoints/checkpoint.ts'
import { checkDiskRoom } from '../checkpoints/disk-room.ts'
import type { FreeBytes } from '../checkpoints/disk-room.ts'

/** Bytes that a checkpoint takes besides its arrays: their names, the JSON, a grid of samples, rows of the database. */
const otherBytes = 16_000_000

/** What a checkpoint says beside its arrays, except for what is the same in all checkpoints of a run. */
export type CheckpointContents = Omit<CheckpointInfo, 'sha256' | 'format' | 'runId' | 'shape' | 'labels'>

/** Writes a run's checkpoints, and checks that the disk has room for the next one. */
export class CheckpointWriter {
  /** The step of the last checkpoint; -1 without one. */
  writtenStep = -1
  private readonly request: TrainRequest
  private readonly common: Pick<CheckpointInfo, 'runId' | 'shape' | 'labels'>
  private readonly shapes: Record<string, number[]>
  private readonly bytes: number
  private readonly freeBytes: FreeBytes

  constructor(options: {
    request: TrainRequest
    shape: ImageShape
    labels?: string[]
    state: ProgramSpec['state']
    freeBytes?: FreeBytes | undefined
  }) {
    const { request, shape, labels = [], state, freeBytes = freeBytesOf } = options
    this.request = request
    this.common = { runId: request.runId, shape, labels }
    this.shapes = Object.fromEntries(Object.entries(state).map(([name, entry]) => [name, entry.shape]))
    const numbers = Object.values(this.shapes).map((sides) => sides.reduce((size, side) => size * side, 1))
    this.bytes = otherBytes + 4 * numbers.reduce((sum, count) => sum + count, 0)
    this.freeBytes = freeBytes
  }

  /** Writes the arrays `state`, by name, and `info` beside them. */
  async write(info: CheckpointContents, state: Values): Promise<SavedCheckpoint> {
    const { runDirectory } = this.request
    const record = await saveCheckpoint({
      runDirectory,
      info: { ...this.common, ...info },
      state,
      shapes: this.shapes,
    })
    this.writtenStep = info.step
    return record
  }

  /** Whether the disk has room for one more checkpoint, and as much again. */
  async hasRoom(): Promise<boolean> {
    return (await this.freeBytes(this.request.runDirectory)) >= 2 * this.bytes
  }

  /**
   * @param options `timeoutMs`: how long to wait for older checkpoints to be deleted
   * @throws FlowerbedError `no-space` when the disk has no room for one more checkpoint
   */
  async checkRoom({ timeoutMs = 0 } = {}): Promise<void> {
    const { runDirectory } = this.request
    await mkdir(runDirectory, { recursive: true })
    if (this.writtenStep < 0) await deleteAbandonedCheckpoints(runDirectory)
    const { bytes: needed, freeBytes } = this
    await checkDiskRoom(runDirectory, { needed, text: 'training.noRoom', timeoutMs, freeBytes })
  }
}
