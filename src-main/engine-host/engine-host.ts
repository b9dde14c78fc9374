import type { EngineEvent, EngineRequests } from '#contract/engine.ts'
import { createCaller } from '../child/channel.ts'
import type { Caller } from '../child/channel.ts'
import { createLogger } from '../log.ts'
import { endUtility, startUtility } from './utility-channel.ts'
import type { StartedUtility } from './utility-channel.ts'

const log = createLogger('engine-host')

export type EngineState = 'off' | 'starting' | 'on'

/** An engine that nobody asks for anything frees its memory after this long. */
const idleMs = 5 * 60_000
/** The engine tells that it lives every second; a step of a large model may take its time. */
const silentMs = 120_000

interface Running {
  utility: StartedUtility
  caller: Caller<EngineRequests>
  ended: Promise<void>
}

/** The engine's process: started with the first request, ended when idle, and its silence told. */
export class EngineHost {
  private readonly onEvent: (event: EngineEvent) => void
  private readonly onState: (state: EngineState, memoryBytes: number) => void
  private readonly onSilence: () => void
  private running: Running | null = null
  private idle: NodeJS.Timeout | undefined
  private silence: NodeJS.Timeout | undefined

  private readonly name: string

  constructor(options: {
    /** In the log and the system's list of processes. */
    name: 'engine' | 'installer'
    onEvent: (event: EngineEvent) => void
    onState?: (state: EngineState, memoryBytes: number) => void
    /** Called once when the engine has said nothing for two minutes. */
    onSilence?: () => void
  }) {
    this.name = options.name
    this.onEvent = options.onEvent
    this.onState = options.onState ?? (() => undefined)
    this.onSilence = options.onSilence ?? (() => undefined)
  }

  /** Process id while it runs. */
  get pid(): number | undefined {
    return this.running?.utility.process.pid
  }

  /** Asks the engine, starting it if need be; errors arrive as FlowerbedError, `crashed` when the process ended. */
  request: Caller<EngineRequests>['request'] = async (name, argument) => {
    const { caller } = (this.running ??= this.start())
    clearTimeout(this.idle)
    try {
      return await caller.request(name, argument)
    } finally {
      if (caller.pending === 0) this.idle = setTimeout(() => void this.end(), idleMs)
    }
  }

  /** Ends the process, which frees the device's memory for certain; nothing that it still had to do is waited for. */
  async end(): Promise<void> {
    const { running } = this
    clearTimeout(this.idle)
    if (!running) return
    this.running = null
    await endUtility(running.utility.process, running.ended)
  }

  /** Ends the process unless somebody still waits for an answer. */
  async endWhenIdle(): Promise<void> {
    if (this.running && this.running.caller.pending === 0) await this.end()
  }

  private start(): Running {
    const utility = startUtility({ module: 'engine.js', name: this.name })
    this.onState('starting', 0)
    const ended = new Promise<void>((resolve) => {
      utility.process.once('exit', (code) => {
        clearTimeout(this.silence)
        // Another one may have been started in the meantime.
        if (this.running?.utility === utility) this.running = null
        if (!this.running) this.onState('off', 0)
        if (code !== 0) log.warn(`The engine ended with code ${code}`)
        resolve()
      })
    })
    const caller = createCaller<EngineRequests, EngineEvent>({
      channel: utility.channel,
      name: this.name,
      onEvent: (event) => {
        if (event.type === 'heartbeat') {
          this.onState('on', event.memoryBytes)
          this.watch()
        }
        this.onEvent(event)
      },
    })
    return { utility, caller, ended }
  }

  private watch(): void {
    clearTimeout(this.silence)
    this.silence = setTimeout(this.onSilence, silentMs)
  }
}
