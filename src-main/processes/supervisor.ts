import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { Guard } from '../guard.ts'
import { createLogger } from '../log.ts'
import { endProcess } from './child-process.ts'
import type { ChildProcess } from './child-process.ts'
import { createCaller } from './rpc.ts'
import type { Caller, ClosableCaller } from './rpc.ts'

const log = createLogger('processes')

export type ProcessState = 'off' | 'starting' | 'on'

/** How long is waited for what; tests wait less. */
export interface ProcessTimes {
  /** A process without requests is ended after this long. */
  idleMs: number
  /** Without a heartbeat for this long a process counts as silent. */
  silentMs: number
  /** A process that is not up after this long will not come. */
  startMs: number
}
const defaultTimes: ProcessTimes = { idleMs: Infinity, silentMs: 120_000, startMs: 60_000 }

/** One process of a supervisor, from its start to its end. */
export interface Running<Requests> {
  readonly caller: Caller<Requests>
  /** How many were started, this one included. */
  readonly generation: number
}

interface Supervised<Requests> extends Running<Requests> {
  readonly caller: ClosableCaller<Requests>
  readonly process: ChildProcess
  ended: boolean
  silence: NodeJS.Timeout | undefined
}

export interface SupervisorOptions<Event> {
  /** In the log and in messages. */
  name: string
  /** @param generation how many were started, this one included */
  start: (generation: number) => ChildProcess
  onEvent: (event: Event) => void
  /** What listeners throw is reported to it; without one it is thrown on. */
  guard?: Pick<Guard, 'wrap' | 'watch'> | undefined
  /** The memory in bytes that a heartbeat reports; null for any other event. */
  heartbeatOf?: (event: Event) => number | null
  /** Whether an event counts although its process has ended by the time it arrives. */
  isDurable?: (event: Event) => boolean
  onState?: ((state: ProcessState, memoryBytes: number) => void) | undefined
  /** Called once when a process that has sent heartbeats falls silent. */
  onSilence?: (() => void) | undefined
  times?: Partial<ProcessTimes> | undefined
}

/**
 * Starts a child process with the first request, watches it, and ends it when it is idle. At most one process at a time;
 * after its end the next request starts another.
 */
export class ProcessSupervisor<Requests, Event> {
  private readonly options: SupervisorOptions<Event>
  private readonly guard: Pick<Guard, 'wrap' | 'watch'>
  private readonly onEvent: (event: Event) => void
  private readonly onState: (state: ProcessState, memoryBytes: number) => void
  private readonly onSilence: () => void
  private readonly times: ProcessTimes
  private running: Supervised<Requests> | null = null
  private generation = 0
  /** Resolves when earlier processes have ended: two of them would not fit in the device's memory. */
  private ending: Promise<void> = Promise.resolve()
  private idle: NodeJS.Timeout | undefined
  private disposed = false

  constructor(options: SupervisorOptions<Event>) {
    const { guard = unguarded, name } = options
    this.options = options
    this.guard = guard
    this.onEvent = guard.wrap(name, options.onEvent)
    this.onState = guard.wrap(name, options.onState ?? (() => undefined))
    this.onSilence = guard.wrap(name, options.onSilence ?? (() => undefined))
    this.times = { ...defaultTimes, ...options.times }
  }

  /** Process id while it runs. */
  get pid(): number | undefined {
    return this.running?.process.pid
  }

  /** The process that runs now. */
  get current(): Running<Requests> | null {
    return this.running
  }

  /**
   * Sends a request, starting the process if need be; errors arrive as FlowerbedError, `crashed` when the process ended
   * or could not be started. Always settles when the process ends.
   */
  request: Caller<Requests>['request'] = async (name, argument) => {
    const { caller } = await this.ensureRunning()
    clearTimeout(this.idle)
    try {
      return await caller.request(name, argument)
    } finally {
      this.endLater()
    }
  }

  /** The running process, which is started if need be. @throws FlowerbedError `crashed` when it cannot be started */
  async ensureRunning(): Promise<Running<Requests>> {
    clearTimeout(this.idle)
    while (!this.running) {
      if (this.disposed) throw new FlowerbedError('cancelled', errorText('app.quitting'))
      const { ending } = this
      await ending
      // Another end may have begun meanwhile.
      if (ending === this.ending) this.running ??= this.start()
    }
    return this.running
  }

  /** Ends the process, which frees the device's memory for certain; work in progress is lost. */
  async end(): Promise<void> {
    const { running } = this
    clearTimeout(this.idle)
    if (running) {
      this.running = null
      this.ending = Promise.all([this.ending, this.endRunning(running)]).then(() => undefined)
    }
    await this.ending
  }

  /** Ends the process and starts no other: a run whose engine has ended must not begin again while the app quits. */
  async dispose(): Promise<void> {
    this.disposed = true
    await this.end()
  }

  /** Ends the process unless a request still waits for its answer. */
  async endWhenIdle(): Promise<void> {
    if (this.running?.caller.pending === 0) await this.end()
  }

  private endLater(): void {
    clearTimeout(this.idle)
    const { idleMs } = this.times
    if (this.running?.caller.pending !== 0 || idleMs === Infinity) return
    this.idle = setTimeout(() => this.guard.watch(this.options.name, this.endWhenIdle()), idleMs)
  }

  private async endRunning(running: Supervised<Requests>): Promise<void> {
    clearTimeout(running.silence)
    await endProcess(running.process)
    // One that does not end even by force is not waited for any longer.
    if (!running.ended) this.forget(running)
  }

  private start(): Supervised<Requests> {
    const { name } = this.options
    const generation = ++this.generation
    let process: ChildProcess
    try {
      process = this.options.start(generation)
    } catch (cause) {
      throw new FlowerbedError('crashed', errorText('process.notStarted', { name }), { cause })
    }
    this.onState('starting', 0)
    const caller = createCaller<Requests, Event>({
      channel: process.channel,
      name,
      onEvent: (event) => this.receive(running, event),
    })
    const running: Supervised<Requests> = { process, caller, generation, ended: false, silence: undefined }
    this.guard.watch(name, this.watchEnd(running))
    this.guard.watch(name, this.watchStart(running))
    return running
  }

  /** Makes sure that nothing waits for a process that has ended. */
  private async watchEnd(running: Supervised<Requests>): Promise<void> {
    const code = await running.process.ended
    if (!running.ended) this.forget(running)
    if (code !== 0) log.warn(`The ${this.options.name} ended with code ${code ?? 'unknown'}`)
  }

  private forget(running: Supervised<Requests>): void {
    running.ended = true
    clearTimeout(running.silence)
    running.caller.close()
    // Another one may have been started in the meantime.
    if (this.running === running) this.running = null
    if (!this.running) this.onState('off', 0)
  }

  /** Ends a process that does not come up. */
  private async watchStart(running: Supervised<Requests>): Promise<void> {
    const { spawned, ended } = running.process
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), this.times.startMs)
    })
    const first = await Promise.race([spawned, ended, late])
    clearTimeout(timer)
    if (first !== 'late') return
    log.warn(`The ${this.options.name} did not start within ${this.times.startMs / 1000} s`)
    if (this.running === running) await this.end()
  }

  private receive(running: Supervised<Requests>, event: Event): void {
    const { heartbeatOf, isDurable } = this.options
    const memoryBytes = heartbeatOf?.(event) ?? null
    if (memoryBytes === null) {
      if (!running.ended || isDurable?.(event) === true) this.onEvent(event)
      return
    }
    // A process that is being ended may still send heartbeats.
    if (this.running !== running) return
    this.onState('on', memoryBytes)
    clearTimeout(running.silence)
    running.silence = setTimeout(this.onSilence, this.times.silentMs)
  }
}

/** For a program that has no guard: what a listener throws is thrown on. */
const unguarded: Pick<Guard, 'wrap' | 'watch'> = {
  wrap:
    (_, handler) =>
    (...args) =>
      void handler(...args),
  watch: (name, promise) =>
    void promise.then(undefined, (thrown: unknown) => log.warn(`${name}: ${String(thrown)}`)),
}
