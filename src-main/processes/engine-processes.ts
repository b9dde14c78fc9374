import type { EngineRequests } from '#shared/engine-messages.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { DeviceChoice } from '#shared/schemas/run.ts'
import { chosenGpu, deviceKind } from '#shared/training-devices.ts'
import type { TrainingDevice } from '#shared/training-devices.ts'
import type { EngineSupervisor } from './engine.ts'
import type { ArgumentOf, ResultOf } from './rpc.ts'
import type { ProcessState } from './supervisor.ts'

/** So many jobs are remembered that were cancelled before an engine was asked: of those that never come. */
const rememberedAtMost = 100

type OnState = (state: ProcessState, memoryBytes: number) => void

/**
 * The engines of this computer's devices, each in a process of its own. What a run in training is asked for, its engine
 * answers; all else that of the preferred device, or of the processor where that is chosen.
 */
export class EngineProcesses {
  private readonly make: (device: TrainingDevice, onState: OnState) => EngineSupervisor
  private readonly devices: () => readonly TrainingDevice[]
  private readonly deviceOf: (runId: string) => TrainingDevice | null
  private readonly known: () => Promise<void>
  private readonly onState: OnState
  private readonly made = new Map<TrainingDevice, EngineSupervisor>()
  private readonly states = new Map<TrainingDevice, { state: ProcessState; memoryBytes: number }>()
  /** Jobs that engines were asked for. */
  private readonly jobs = new Set<string>()
  /** Jobs that were cancelled before. */
  private readonly cancelled = new Set<string>()

  constructor(options: {
    make: (device: TrainingDevice, onState: OnState) => EngineSupervisor
    /** Of this computer, the preferred one first. */
    devices: () => readonly TrainingDevice[]
    /** Resolves when these are known; no engine is started before. */
    known?: () => Promise<void>
    /** The device whose engine a run is with; null for other runs. */
    deviceOf: (runId: string) => TrainingDevice | null
    /** Told of all of them together: the most that one of them does, and their memory. */
    onState: OnState
  }) {
    this.make = options.make
    this.devices = options.devices
    this.known = options.known ?? (() => Promise.resolve())
    this.deviceOf = options.deviceOf
    this.onState = options.onState
  }

  /** That of a device. */
  of(device: TrainingDevice): EngineSupervisor {
    const engine =
      this.made.get(device) ??
      this.make(device, (state, memoryBytes) => {
        this.states.set(device, { state, memoryBytes })
        this.report()
      })
    this.made.set(device, engine)
    return engine
  }

  /**
   * Sends a request to the engine that is to answer it; see `ProcessSupervisor.request`.
   * @throws FlowerbedError also `cancelled`, where its job was cancelled before the engine was asked
   */
  async request<Name extends keyof EngineRequests>(
    name: Name,
    argument: ArgumentOf<EngineRequests, Name>,
  ): Promise<ResultOf<EngineRequests, Name>> {
    await this.known()
    const { model, device, job } = partsOf(argument)
    const to = this.deviceFor(model?.runId, device)
    const engine = this.of(to)
    const asked =
      device === undefined
        ? argument
        : ({ ...(argument as object), device: choiceOn(to, device) } as typeof argument)
    if (job === undefined) return await engine.request(name, asked)
    // While a file was chosen for it.
    if (this.cancelled.delete(job)) throw new FlowerbedError('cancelled', errorText('sampling.cancelled'))
    await engine.ensureRunning()
    this.jobs.add(job)
    const answer = engine.request(name, asked).finally(() => this.jobs.delete(job))
    // While the engine came up.
    if (this.cancelled.delete(job)) engine.request('cancelSampling', { job }).catch(() => undefined)
    return await answer
  }

  /** Cancels a sampling job, wherever it runs, also one that no engine was asked for yet. */
  async cancelSampling(job: string): Promise<void> {
    if (!this.jobs.has(job)) this.remember(job)
    const running = [...this.made.values()].filter(({ current }) => current !== null)
    await Promise.all(running.map((engine) => engine.request('cancelSampling', { job })))
  }

  private remember(job: string): void {
    this.cancelled.add(job)
    const [oldest] = this.cancelled
    if (this.cancelled.size > rememberedAtMost && oldest !== undefined) this.cancelled.delete(oldest)
  }

  /** Frees what was prepared for a run, with its process unless that has work to do. @returns how many programs */
  async dropPrepared(): Promise<number> {
    // Behind the request to prepare it.
    await this.known()
    const running = [...this.made.values()].filter(({ current }) => current !== null)
    const counts = await Promise.all(
      running.map(async (engine) => {
        const count = await engine.request('dropPrepared', undefined)
        // TensorFlow keeps the memory of what is freed in it.
        if (count > 0) await engine.endWhenIdle()
        return count
      }),
    )
    return counts.reduce((sum, count) => sum + count, 0)
  }

  /** Ends those processes for whose answers no request waits. */
  async endWhenIdle(): Promise<void> {
    await Promise.all([...this.made.values()].map((engine) => engine.endWhenIdle()))
  }

  /** Ends all processes and starts no other. */
  async dispose(): Promise<void> {
    await Promise.all([...this.made.values()].map((engine) => engine.dispose()))
  }

  private deviceFor(runId: string | undefined, choice: DeviceChoice | undefined): TrainingDevice {
    const own = runId === undefined ? null : this.deviceOf(runId)
    const [first = 'computer', ...others] = this.devices()
    return own ?? (choice === 'cpu' && others.includes('cpu') ? 'cpu' : first)
  }

  private report(): void {
    const all = [...this.states.values()]
    const state = (['on', 'starting'] as const).find((one) => all.some((other) => other.state === one))
    const memoryBytes = all.reduce((sum, one) => sum + one.memoryBytes, 0)
    this.onState(state ?? 'off', memoryBytes)
  }
}

/** What decides where a request goes. */
const partsOf = (
  argument: unknown,
): { model?: { runId: string }; device?: DeviceChoice; job?: string | undefined } =>
  typeof argument === 'object' && argument !== null ? argument : {}

/** A choice for the engine of a GPU, which sees no other. */
const choiceOn = (device: TrainingDevice, choice: DeviceChoice): DeviceChoice =>
  device === 'computer' || chosenGpu(choice) === null ? choice : deviceKind(choice)

/** The variables by which an engine's process sees only its device. */
export const environmentOf = (device: TrainingDevice): Record<string, string> => {
  const gpu = chosenGpu(device)
  // In the numbering of nvidia-smi.
  return gpu === null ? {} : { CUDA_DEVICE_ORDER: 'PCI_BUS_ID', CUDA_VISIBLE_DEVICES: `${gpu}` }
}
