import type { TrainingDevice } from '#shared/training-devices.ts'
import type { LiveSettings } from '#shared/resume.ts'
import type { Extension } from '#shared/run-limits.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import type { TrainingQueue } from './training-queue.ts'

/** The training queues of this computer's devices, each with an engine of its own. */
export class TrainingQueues {
  private readonly make: (device: TrainingDevice) => TrainingQueue
  private readonly made = new Map<TrainingDevice, TrainingQueue>()
  private closed = false

  /** @param make makes that of a device, when it is first asked for */
  constructor(make: (device: TrainingDevice) => TrainingQueue) {
    this.make = make
  }

  of(device: TrainingDevice): TrainingQueue {
    const queue = this.made.get(device) ?? this.make(device)
    this.made.set(device, queue)
    if (this.closed) queue.startNoOther()
    return queue
  }

  /** The runs in training. */
  get running(): { id: string; name: string }[] {
    return this.queues.flatMap(({ running }) => running ?? [])
  }

  /** See `TrainingQueue.unsaved`. */
  get unsaved(): { id: string; name: string }[] {
    return this.queues.flatMap(({ unsaved }) => unsaved ?? [])
  }

  /** Their records. */
  get records(): RunRecord[] {
    return this.queues.flatMap(({ record }) => record ?? [])
  }

  trains(id: string): boolean {
    return this.running.some((run) => run.id === id)
  }

  /** See `TrainingQueue.settled`. */
  async settled(id: string): Promise<RunRecord> {
    return await this.queueOf(id).settled(id)
  }

  /** See `TrainingQueue.pause`. */
  async pause(id: string): Promise<void> {
    await this.queueOf(id).pause(id)
  }

  /** See `TrainingQueue.stop`. */
  async stop(id: string, save: boolean): Promise<void> {
    await this.queueOf(id).stop(id, save)
  }

  /** See `TrainingQueue.extend`. */
  async extend(id: string, more: Extension): Promise<void> {
    await this.queueOf(id).extend(id, more)
  }

  /** See `TrainingQueue.change`. */
  async change(id: string, changes: Partial<LiveSettings>): Promise<void> {
    await this.queueOf(id).change(id, changes)
  }

  /** Pauses all runs in training and starts no other. */
  async close(): Promise<void> {
    this.closed = true
    // One that fails does not end the wait for the others' checkpoints.
    const closed = await Promise.allSettled(this.queues.map((queue) => queue.close()))
    const failed = closed.find((one) => one.status === 'rejected')
    if (failed) throw failed.reason
  }

  private get queues(): TrainingQueue[] {
    return [...this.made.values()]
  }

  /** The one that trains a run; what is asked of one that does not train is the same for all. */
  private queueOf(id: string): TrainingQueue {
    return this.queues.find(({ running }) => running?.id === id) ?? this.queues[0] ?? this.of('computer')
  }
}
