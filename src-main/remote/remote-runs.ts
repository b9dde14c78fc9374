import type { EngineEvent } from '#shared/engine-messages.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError, toFlowerbedError } from '#shared/errors.ts'
import type { Notice } from '#shared/ipc.ts'
import type { RemoteState } from '#shared/remote/remote-state.ts'
import { resumedConfig } from '#shared/resume.ts'
import type { LiveSettings } from '#shared/resume.ts'
import type { Extension } from '#shared/run-limits.ts'
import { isLive } from '#shared/run-status.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import type { Store } from '../database/store.ts'
import { createLogger } from '../log.ts'
import type { RunService } from '../runs/run-service.ts'
import type { TrainOptions } from '../runs/run-training.ts'
import { TrainingQueue } from '../runs/training-queue.ts'
import { RemoteEngine } from './remote-engine.ts'
import type { RemoteEngineOptions } from './remote-engine.ts'
import type { TargetAccess } from './target-access.ts'

const log = createLogger('remote')

/** How often it is looked for runs that another process has followed until now. */
const intervalMs = 5000

interface Followed {
  engine: RemoteEngine
  queue: TrainingQueue
}

/** The runs that train on targets: each is followed apart from the others, and none keeps this computer from training. */
export class RemoteRuns {
  private readonly options: {
    store: Store
    runService: RunService
    access: TargetAccess
    notify: (notice: Notice) => void
    /** After an event of a run is stored. */
    onEvent?: (event: EngineEvent) => void
    onState?: (state: RemoteState) => void
    /** A run has ended by itself or failed. */
    onEnd?: (run: RunRecord) => void
    /** A run is not followed any more, however that came about. */
    onIdle?: () => void
    times?: RemoteEngineOptions['times']
  }
  private readonly followed = new Map<string, Followed>()
  private timer: NodeJS.Timeout | undefined
  private closed = false

  constructor(options: RemoteRuns['options']) {
    this.options = options
  }

  /** Follows the runs whose end is not recorded, now and whenever another process follows one no more. */
  open(): void {
    this.attachAll()
    this.timer = setInterval(() => this.attachAll(), intervalMs).unref()
  }

  /** What becomes of the runs that are followed here. */
  states(): RemoteState[] {
    return [...this.followed.values()].map(({ engine }) => engine.state)
  }

  /** Whether a run is followed here. */
  follows(id: string): boolean {
    return this.followed.has(id)
  }

  /** Trains a run on its target, from its latest checkpoint. @throws FlowerbedError `conflict` where another process has it */
  async start(run: RunRecord, options: TrainOptions = {}): Promise<void> {
    if (this.closed) throw new FlowerbedError('cancelled', errorText('app.quitting'))
    if (this.followed.has(run.id)) return
    await this.follow(run, options)
  }

  /**
   * Follows a run whose launch is open from where it is recorded; one that another process follows is left to it.
   * @returns whether it is followed here
   */
  async attach(id: string): Promise<boolean> {
    const { store, runService } = this.options
    if (this.followed.has(id)) return true
    const launch = store.launches.find(store.runs.key(id))
    const run = runService.find(id)
    if (!launch?.isOpen || !isLive(run) || runService.isTrainedElsewhere(id)) return false
    // Of one that has begun the record says it all.
    const { options } = run.status === 'starting' ? launch : { options: {} }
    await this.follow({ ...run, target: launch.target }, { ...options, attached: true })
    return true
  }

  /** Has a run write a checkpoint and end, as soon as its target is reached. */
  async pause(id: string): Promise<void> {
    await this.tell(id, (engine) => engine.pause())
  }

  /** Ends a run, as soon as its target is reached; one that does not train, at once. */
  async stop(id: string, save: boolean): Promise<void> {
    if (this.options.store.launches.isOpen(id)) await this.tell(id, (engine) => engine.stop(id, save))
    else this.options.runService.stopped(id)
  }

  /** Lets a run train longer; one that has ended resumes there. */
  async extend(id: string, more: Extension): Promise<void> {
    const run = this.options.runService.find(id)
    const present = this.followed.get(id)
    if (present) await present.queue.extend(id, more)
    else await this.start(run, { config: resumedConfig(run, { more }) })
  }

  /** Changes settings of a run, see `TrainingQueue.change`. */
  async change(id: string, changes: Partial<LiveSettings>): Promise<void> {
    const { queue } = this.followed.get(id) ?? this.make(this.options.runService.find(id))
    await queue.change(id, changes)
  }

  /** Resolves with a run's record when it is not followed here any more. */
  async settled(id: string): Promise<RunRecord> {
    await this.followed.get(id)?.queue.settled(id)
    return this.options.runService.find(id)
  }

  /** Follows no run any more; they go on where they train. */
  async close(): Promise<void> {
    this.closed = true
    clearInterval(this.timer)
    await Promise.all([...this.followed.keys()].map((id) => this.detach(id)))
  }

  /** Follows a run no more. */
  async detach(id: string): Promise<void> {
    const { engine, queue } = this.followed.get(id) ?? {}
    queue?.startNoOther()
    engine?.detach()
    await queue?.settled(id).catch(() => undefined)
  }

  private attachAll(): void {
    if (this.closed) return
    try {
      for (const { runId } of this.options.store.launches.open()) {
        this.attach(runId).catch((thrown: unknown) => {
          log.warn(`${runId} is not followed: ${toFlowerbedError(thrown).message}`)
        })
      }
    } catch (thrown) {
      log.warn(`The launches cannot be read: ${toFlowerbedError(thrown).message}`)
    }
  }

  private async follow(run: RunRecord, options: TrainOptions): Promise<void> {
    const followed = this.make(run)
    this.followed.set(run.id, followed)
    try {
      await followed.queue.start(run, options)
    } catch (thrown) {
      this.followed.delete(run.id)
      throw thrown
    }
  }

  /** Tells a run's target something; that of a run which another process follows, over a connection of its own. */
  private async tell(id: string, say: (engine: RemoteEngine) => Promise<void>): Promise<void> {
    const present = this.followed.get(id)
    const { engine } = present ?? this.make(this.options.runService.find(id))
    await say(engine)
    if (!present) await engine.reach()
  }

  private make(run: RunRecord): Followed {
    const { store, runService, access, notify, onEvent, onState, onEnd, onIdle, times } = this.options
    const engine = new RemoteEngine({
      ...{ store, runId: run.id, target: run.target ?? '', access },
      record: (event) => runService.record(event),
      ...(onEvent ? { onEvent } : {}),
      ...(onState ? { onState } : {}),
      ...(times ? { times } : {}),
    })
    const queue = new TrainingQueue({
      ...{ runService, engine, notify, ...(onEnd ? { onEnd } : {}) },
      onIdle: () => {
        if (this.followed.get(run.id)?.queue === queue) this.followed.delete(run.id)
        onIdle?.()
      },
    })
    return { engine, queue }
  }
}
