import { randomUUID } from 'node:crypto'
import type { EngineEvent, TrainRequest, TrainResult } from '#shared/engine-messages.ts'
import { FlowerbedError, toFlowerbedError } from '#shared/errors.ts'
import type { ControlRequest, JobState } from '#shared/remote/protocol.ts'
import type { RemotePhase, RemoteState } from '#shared/remote/remote-state.ts'
import type { LiveSettings } from '#shared/resume.ts'
import type { Limits } from '#shared/run-limits.ts'
import type { LaunchOptions, RunLaunch } from '../database/repositories/run-launches.ts'
import type { Store } from '../database/store.ts'
import { Detached } from '../runs/detached.ts'
import type { EngineProcess } from '../runs/training-queue.ts'
import { fetchFiles } from './event-files.ts'
import { EventRecorder } from './event-recorder.ts'
import { followSnapshots } from './followed-snapshots.ts'
import { readJournal } from './journal-follower.ts'
import type { LaunchEnd } from './journal-follower.ts'
import { launchThere } from './launch.ts'
import { abortable, waitBackoff } from './backoff.ts'
import { sendProgress } from './send-progress.ts'
import type { ReadyTarget, TargetAccess } from './target-access.ts'
import { Wishes } from './wishes.ts'

export interface RemoteEngineOptions {
  store: Store
  runId: string
  target: string
  access: TargetAccess
  /** Writes an event down, within a transaction. */
  record: (event: EngineEvent) => void
  /** After an event is stored. */
  onEvent?: (event: EngineEvent) => void
  onState?: (state: RemoteState) => void
  /** How long is waited after failures, ms. */
  times?: { backoffMs?: (failures: number) => number; storageRetryMs?: number }
}

/**
 * Trains one run on a target: sends what is needed, launches it there once, and records what its journal says. Neither a
 * lost connection nor a restart of this process changes anything of the training there.
 */
export class RemoteEngine implements EngineProcess {
  private readonly options: RemoteEngineOptions
  private readonly key: number
  private readonly wishes: Wishes
  private readonly recorder: EventRecorder
  private readonly detaching = new AbortController()
  /** Ends what is under way before the launch is sent. */
  private givingUp = new AbortController()
  private phase: RemotePhase = { phase: 'connecting' }
  private target: ReadyTarget | null = null
  private lastContact: number | null = null
  /** The launch whose end was told: the next training is another one. */
  private over: string | null = null

  constructor(options: RemoteEngineOptions) {
    this.options = options
    const { store, runId } = options
    this.key = store.runs.key(runId)
    this.wishes = new Wishes(store, runId)
    this.recorder = new EventRecorder({
      ...{ store, runId, record: options.record, onEvent: options.onEvent ?? (() => undefined) },
      onWait: (reason) => this.enter({ phase: 'storing', reason }),
      retryMs: options.times?.storageRetryMs,
    })
  }

  get state(): RemoteState {
    const { runId, target } = this.options
    return { ...this.phase, runId, target, wish: this.wishes.end }
  }

  /**
   * Trains the run there to its end; an open launch of it is followed on from where it is recorded.
   * @throws FlowerbedError how it failed there; `crashed` where nothing trains it any more; Detached
   */
  async train(request: TrainRequest): Promise<TrainResult> {
    this.givingUp = new AbortController()
    const { launchId } = this.openLaunch(request)
    for (let failures = 0; ; failures++) {
      try {
        const end = await this.attempt(request, launchId, () => (failures = 0))
        if (end && 'error' in end) throw end.error
        if (end) return end.result
      } catch (thrown) {
        if (this.detaching.signal.aborted) throw new Detached()
        if (this.givingUp.signal.aborted) return this.resultSoFar(launchId)
        const error = toFlowerbedError(thrown)
        if (this.over === launchId || !this.mayPass(error)) {
          this.over = launchId
          throw error
        }
        this.lostConnection(error.message)
      }
      await waitBackoff(failures, this.signal, this.options.times?.backoffMs)
    }
  }

  /** Whether what goes wrong may be right the next time: of what trains there, nothing else than its journal says the end. */
  private mayPass({ kind }: FlowerbedError): boolean {
    if (kind === 'unavailable') return true
    return this.isSent && kind !== 'not-found' && kind !== 'conflict' && kind !== 'bad-input'
  }

  /** Ends following, as when this process ends; training goes on there. */
  detach(): void {
    this.detaching.abort()
  }

  /** How the launch ended is in the run's record. */
  recorded(): void {
    this.options.store.launches.close(this.key)
  }

  async pause(): Promise<void> {
    await this.tell({ kind: 'pause' })
  }

  async stop(_runId: string, save: boolean): Promise<void> {
    await this.tell({ kind: 'stop', save })
  }

  async extend(_runId: string, limits: Limits & LiveSettings): Promise<void> {
    const { steps, epochs, minutes, learningRate, sampleEvery } = limits
    await this.tell({ kind: 'extend', limits: { steps, epochs, minutes, learningRate, sampleEvery } })
  }

  /** Connects, only to tell what waits to be told. @throws FlowerbedError `unavailable` where it waits on */
  async reach(): Promise<void> {
    const { access, target } = this.options
    const ready = await access.prepare(target, { onProgress: () => undefined, signal: this.detaching.signal })
    await this.deliver(ready)
    if (this.phase.phase === 'unreachable') throw new FlowerbedError('unavailable', this.phase.reason)
  }

  /** Nothing trains here. */
  end(): Promise<void> {
    return Promise.resolve()
  }

  /**
   * Has the target told something: now, or where it is not reached as soon as it is. Nothing has to be told of a launch
   * that was not sent yet; its end is immediate.
   */
  private async tell(request: ControlRequest): Promise<void> {
    this.wishes.add(request)
    this.enter(this.phase)
    if (request.kind !== 'extend' && !this.isSent) {
      this.givingUp.abort()
      return
    }
    if (this.target && this.phase.phase !== 'unreachable') await this.deliver(this.target)
  }

  private get isSent(): boolean {
    return this.options.store.launches.find(this.key)?.offset !== null
  }

  private get signal(): AbortSignal {
    return AbortSignal.any([this.detaching.signal, this.givingUp.signal])
  }

  private openLaunch(request: TrainRequest): RunLaunch {
    const { store, target, runId } = this.options
    const present = store.launches.find(this.key)
    if (present?.isOpen && present.target === target && present.launchId !== this.over) return present
    const options: LaunchOptions = { config: request.config, device: request.device }
    store.launches.begin(this.key, { target, launchId: randomUUID(), options })
    const launch = store.launches.find(this.key)
    if (!launch) throw new Error(`The launch of ${runId} is gone`)
    return launch
  }

  /** Over one connection: launches where that is not done, and follows. Null where the connection ended before the run. */
  private async attempt(
    request: TrainRequest,
    launchId: string,
    onContact: () => void,
  ): Promise<LaunchEnd | null> {
    const { store, access, runId } = this.options
    const { signal } = this
    signal.throwIfAborted()
    const onPhase = (phase: RemotePhase) => this.enter(phase)
    // A run that is there already keeps its machine; nothing is started only to look.
    if (!this.isSent) await abortable(access.start(this.options.target, { signal }), signal)
    const target = await abortable(
      access.prepare(this.options.target, { onProgress: sendProgress(onPhase), signal }),
      signal,
    )
    this.target = target
    await launchThere({ store, access, target, request, launchId, signal, onPhase, runKey: this.key })
    await this.deliver(target)
    const offset = store.launches.find(this.key)?.offset ?? 0
    const end = await readJournal(
      {
        ...{ runId, launchId, agent: target.agent, signal: this.detaching.signal },
        fetchFiles: (events) => this.fetch(events, target, request.runDirectory),
        record: async (events, to) => {
          onContact()
          await this.recorder.record(events, { launchId, offset: to, signal: this.detaching.signal })
          await followSnapshots(request.runDirectory, events)
        },
        onJob: (job) => {
          onContact()
          this.noteJob(job)
        },
      },
      offset,
    )
    if (end) this.over = launchId
    return end
  }

  private async fetch(
    events: readonly EngineEvent[],
    { host, folder }: ReadyTarget,
    to: string,
  ): Promise<boolean[]> {
    const { signal } = this.detaching
    const from = `${folder}/runs/${this.options.runId}`
    return await this.recorder.storing(() => fetchFiles(events, { host, from, to, signal }), signal)
  }

  /** Delivers wishes; what cannot be delivered now is kept. */
  private async deliver({ agent }: ReadyTarget): Promise<void> {
    const { runId } = this.options
    try {
      await this.wishes.deliver((request) => agent.control(runId, request, this.detaching.signal))
    } catch (thrown) {
      if (this.detaching.signal.aborted) return
      const error = toFlowerbedError(thrown)
      if (error.kind !== 'unavailable') throw error
      this.lostConnection(error.message)
    }
    this.enter(this.phase)
  }

  private noteJob(job: JobState): void {
    this.lastContact = Date.now()
    this.recorder.noteJob(job, this.lastContact)
    if (job.state === 'queued') {
      const { reason, position } = job
      this.enter({ phase: 'queued', reason, position })
    } else if (job.state === 'running') this.enter({ phase: 'training', node: job.node })
  }

  private lostConnection(reason: string): void {
    if (this.phase.phase === 'unreachable') return
    const known = this.lastContact ?? this.options.store.launches.find(this.key)?.contactAt
    this.enter({ phase: 'unreachable', since: known ?? Date.now(), reason, goesOn: this.isSent })
  }

  /** Of a launch that was given up before it was sent. */
  private resultSoFar(launchId: string): TrainResult {
    this.over = launchId
    const { step, trainedSeconds, losses, stepsPerSecond } = this.options.store.runs.get(this.options.runId)
    const outcome = this.wishes.end === 'stop' ? 'stopped' : 'paused'
    return { outcome, step, trainedSeconds, losses, stepsPerSecond }
  }

  private enter(phase: RemotePhase): void {
    this.phase = phase
    this.options.onState?.(this.state)
  }
}
