import { deviceSets, nextOn, placeNow } from '#shared/training-devices.ts'
import type { ChosenDevices, DeviceState, TrainingDevice } from '#shared/training-devices.ts'

interface Waiting extends ChosenDevices {
  runId: string
}

/** Which run of this process has the turn on which devices of this computer: from before it begins until all that follows it is done. */
export class DeviceTurns {
  private readonly listed: () => readonly TrainingDevice[]
  private readonly trainedElsewhere: () => readonly ChosenDevices[]
  private readonly known: () => Promise<void>
  /** The devices of each run, the one whose engine trains it first. */
  private readonly taken = new Map<string, readonly TrainingDevice[]>()
  /** The start that the user has asked for, while it makes room. */
  private starting: Promise<unknown> = Promise.resolve()

  /**
   * @param options.devices of this computer; may change while no run trains
   * @param options.trainedElsewhere the runs that other processes train on them
   * @param options.known resolves when it is known which devices there are; nothing begins before
   */
  constructor(options: {
    devices?: () => readonly TrainingDevice[]
    trainedElsewhere: () => readonly ChosenDevices[]
    known?: () => Promise<void>
  }) {
    this.listed = options.devices ?? (() => ['computer'])
    this.trainedElsewhere = options.trainedElsewhere
    this.known = options.known ?? (() => Promise.resolve())
  }

  /** The devices of this computer, the preferred one first. */
  get devices(): readonly TrainingDevice[] {
    return this.listed()
  }

  /** The device whose engine trains a run, or does what follows its end; null for other runs. */
  deviceOf(runId: string): TrainingDevice | null {
    return this.taken.get(runId)?.[0] ?? null
  }

  /** The run that has a device, but for `except`; null while there is none. */
  holderOf(device: TrainingDevice, except?: string): string | null {
    for (const [runId, devices] of this.taken) if (runId !== except && devices.includes(device)) return runId
    return null
  }

  /** Whether no run of this process has a device. */
  get areFree(): boolean {
    return this.taken.size === 0
  }

  /** The devices and their runs; none where there are not several. */
  states(): DeviceState[] {
    if (this.devices.length < 2) return []
    return this.devices.map((device) => ({ device, runId: this.holderOf(device) }))
  }

  take(runId: string, devices: readonly TrainingDevice[]): void {
    this.taken.set(runId, devices)
  }

  release(runId: string): void {
    this.taken.delete(runId)
  }

  /** Releases the runs of a device's engine but for `except`. @returns whether there were any */
  releaseFrom(device: TrainingDevice, except: string | undefined): boolean {
    const ended = [...this.taken].filter(([runId, [first]]) => first === device && runId !== except)
    for (const [runId] of ended) this.release(runId)
    return ended.length > 0
  }

  /** The run that a device is to train next, of those that are due in their order, and all devices that it takes. */
  next(
    device: TrainingDevice,
    due: readonly Waiting[],
  ): { run: Waiting; devices: readonly TrainingDevice[] } | null {
    const free = this.free()
    const waiting = due.filter(({ runId }) => !this.taken.has(runId))
    return free.has(device) ? nextOn(device, waiting, { devices: this.devices, free }) : null
  }

  /** Where a run that the user starts now trains, and the runs that make way for it. */
  placeNow(run: ChosenDevices): { devices: readonly TrainingDevice[]; pauses: string[] } {
    return placeNow(run, this.states())
  }

  /** Resolves when the devices are known and no start of the user makes room any more. */
  async settled(): Promise<void> {
    await this.known()
    await this.starting
  }

  /** One after the other; see `settled`. */
  async duringStart(start: () => Promise<void>): Promise<void> {
    const started = this.starting.then(() => this.known()).then(start)
    this.starting = started.catch(() => undefined)
    await started
  }

  private free(): ReadonlySet<TrainingDevice> {
    const { devices } = this
    const free = new Set(devices)
    for (const set of this.taken.values()) {
      // One of devices that are divided otherwise now.
      if (set.some((device) => !devices.includes(device))) return new Set()
      for (const device of set) free.delete(device)
    }
    // Of those that were left a choice it is not known what they took.
    for (const run of this.trainedElsewhere())
      for (const device of deviceSets(run, devices).flat()) free.delete(device)
    return free
  }
}
