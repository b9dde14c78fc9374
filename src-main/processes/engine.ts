import type { EngineEvent, EngineRequests } from '#shared/engine-messages.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { Guard } from '../guard.ts'
import { createCaller } from './rpc.ts'
import type { Caller, ClosableCaller } from './rpc.ts'
import { createLogger } from '../log.ts'
import { endForCertain, startMs } from './child-process.ts'
import type { HostProcess } from './child-process.ts'

const log = createLogger('engine-host')

export type EngineState = 'off' | 'starting' | 'on'

/** An engine that nobody asks for anything frees its memory after this long. */
const idleMs = 5 * 60_000
/** The engine tells that it lives every second; a step of a large model may take its time. */
const silentMs = 120_000

interface Running {
  process: HostProcess
  caller: ClosableCaller<EngineRequests>
  ended: boolean
  silence: NodeJS.Timeout | undefined
}

/** How long it waits for what; tests wait less. */
export interface EngineHostTimes {
  idleMs: number
  silentMs: number
  startMs: number
}

/** The engine's process: started with the first request, ended when idle, and its silence told. */
export class EngineHost {
  private readonly name: string
  private readonly startProcess: () => HostProcess
  private readonly guard: Pick<Guard, 'wrap' | 'watch'>
  private readonly onEvent: (event: EngineEvent) => void
  private readonly onState: (state: EngineState, memoryBytes: number) => void
  private readonly onSilence: () => void
  private readonly times: EngineHostTimes
  private running: Running | null = null
  /** Resolves when the processes before are gone: two of them would not fit in the device's memory. */
  private ending: Promise<void> = Promise.resolve()
  private idle: NodeJS.Timeout | undefined
  private disposed = false

  constructor(options: {
    /** In the log and the system's list of processes. */
    name: 'engine' | 'installer'
    start: () => HostProcess
    guard: Pick<Guard, 'wrap' | 'watch'>
    onEvent: (event: EngineEvent) => void
    onState?: (state: EngineState, memoryBytes: number) => void
    /** Called once when the engine has said nothing for two minutes. */
    onSilence?: () => void
    times?: Partial<EngineHostTimes>
  }) {
    const { guard, name } = options
    this.name = name
    this.guard = guard
    this.startProcess = options.start
    this.onEvent = guard.wrap(name, options.onEvent)
    this.onState = guard.wrap(name, options.onState ?? (() => undefined))
    this.onSilence = guard.wrap(name, options.onSilence ?? (() => undefined))
    this.times = { idleMs, silentMs, startMs, ...options.times }
  }

  /** Process id while it runs. */
  get pid(): number | undefined {
    return this.running?.process.pid
  }

  /**
   * Asks the engine, starting it if need be; errors arrive as FlowerbedError, `crashed` when the process ended or could
   * not be started. Always settles when the process ends.
   */
  request: Caller<EngineRequests>['request'] = async (name, argument) => {
    clearTimeout(this.idle)
    while (!this.running) {
      if (this.disposed) throw new FlowerbedError('cancelled', 'Flowerbed is quitting.')
      const { ending } = this
      await ending
      // Another end may have begun meanwhile.
      if (ending === this.ending) this.running ??= this.start()
    }
    const { caller } = this.running
    clearTimeout(this.idle)
    try {
      return await caller.request(name, argument)
    } finally {
      this.endLater()
    }
  }

  /** Ends the process, which frees the device's memory for certain; nothing that it still had to do is waited for. */
  async end(): Promise<void> {
    const { running } = this
    clearTimeout(this.idle)
    if (running) {
      this.running = null
      this.ending = Promise.all([this.ending, this.endProcess(running)]).then(() => undefined)
    }
    await this.ending
  }

  /** Ends the process and starts no other: a run whose engine has ended must not begin again while the app quits. */
  async dispose(): Promise<void> {
    this.disposed = true
    await this.end()
  }

  /** Ends the process unless somebody still waits for an answer. */
  async endWhenIdle(): Promise<void> {
    if (this.running?.caller.pending === 0) await this.end()
  }

  private endLater(): void {
    clearTimeout(this.idle)
    if (this.running?.caller.pending !== 0) return
    this.idle = setTimeout(() => this.guard.watch(this.name, this.endWhenIdle()), this.times.idleMs)
  }

  private async endProcess(running: Running): Promise<void> {
    clearTimeout(running.silence)
    await endForCertain(running.process)
    // One that does not end even by force is given up.
    if (!running.ended) this.forget(running)
  }

  private start(): Running {
    let process: HostProcess
    try {
      process = this.startProcess()
    } catch (cause) {
      throw new FlowerbedError('crashed', `The ${this.name} process cannot be started.`, {
        hint: 'Close other programs to free memory, or restart Flowerbed. What was saved is safe.',
        cause,
      })
    }
    this.onState('starting', 0)
    const caller = createCaller<EngineRequests, EngineEvent>({
      channel: process.channel,
      name: this.name,
      onEvent: (event) => this.hear(running, event),
    })
    const running: Running = { process, caller, ended: false, silence: undefined }
    this.guard.watch(this.name, this.watchEnd(running))
    this.guard.watch(this.name, this.watchStart(running))
    return running
  }

  /** Lets nobody wait for a process that has ended. */
  private async watchEnd(running: Running): Promise<void> {
    const code = await running.process.ended
    if (!running.ended) this.forget(running)
    if (code !== 0) log.warn(`The ${this.name} ended with code ${code ?? 'unknown'}`)
  }

  private forget(running: Running): void {
    running.ended = true
    clearTimeout(running.silence)
    running.caller.close()
    // Another one may have been started in the meantime.
    if (this.running === running) this.running = null
    if (!this.running) this.onState('off', 0)
  }

  /** Gives up a process that does not come up. */
  private async watchStart(running: Running): Promise<void> {
    const { spawned, ended } = running.process
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), this.times.startMs)
    })
    const first = await Promise.race([spawned, ended, late])
    clearTimeout(timer)
    if (first !== 'late') return
    log.warn(`The ${this.name} did not start within ${this.times.startMs / 1000} s`)
    if (this.running === running) await this.end()
  }

  private hear(running: Running, event: EngineEvent): void {
    if (event.type !== 'heartbeat') {
      // What it wrote to disk counts also when the news of it comes after its end; what it was about to do does not.
      if (!running.ended || isOfRecord(event)) this.onEvent(event)
      return
    }
    // That one which is being ended still lives is no news.
    if (this.running !== running) return
    this.onState('on', event.memoryBytes)
    clearTimeout(running.silence)
    running.silence = setTimeout(this.onSilence, this.times.silentMs)
  }
}

const isOfRecord = ({ type }: EngineEvent): boolean =>
  type === 'checkpoint' || type === 'sample' || type === 'metrics' || type === 'diagnostics'
