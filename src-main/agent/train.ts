import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import type { EngineEvent, TrainResult } from '#shared/engine-messages.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError, serializeError, toFlowerbedError } from '#shared/errors.ts'
import { launchRequestSchema } from '#shared/remote/protocol.ts'
import type { LaunchRequest } from '#shared/remote/protocol.ts'
import type { Engine } from '../engine/server.ts'
import { deleteLaterCheckpoints, pruneCheckpoints } from './checkpoints.ts'
import type { EndSignals } from './end-signals.ts'
import { readRequest, writeRequest } from './job-file.ts'
import { Journal } from './journal.ts'
import type { JournalContent } from './journal.ts'
import type { JobRecord } from './launcher.ts'
import { interruptedJob } from './launchers.ts'
import { logProblem } from './log-problem.ts'
import { trainOn } from './launch-training.ts'
import { ownJob } from './own-job.ts'
import { freeReserve, makeReserve } from './reserve.ts'
import { RunControl } from './run-control.ts'
import type { Extension } from './run-control.ts'
import { RunEvents } from './run-events.ts'
import { journalPath } from './run-folder.ts'
import type { RunFolder } from './run-folder.ts'

/** Checkpoints to keep on the target: what else there is was copied from there, or is too old to be missed. */
const keptCheckpoints = 3
/** How often the last entry is tried to be written on a full disk, and how long apart. */
const lastTries = { times: 20, everyMs: 500 }

/** Makes the engine, which loads much: after it is clear that this process is the one to train. */
export type MakeEngine = (emit: (event: EngineEvent) => void) => Promise<Engine>

const makeEngineHere: MakeEngine = async (emit) => {
  const { createEngine } = await import('../engine/server.ts')
  return createEngine({ emit })
}

/**
 * `agent run`: trains the launch of a run to its end in this process, and writes all that happens to the journal.
 * @throws FlowerbedError `conflict` when this process is not the one to train it; how training ends is in the journal alone
 */
export async function trainLaunch(
  run: RunFolder,
  options: {
    signals: EndSignals
    /** Whether a process waits for this one to be written down, see `ownJob`. */
    hasLauncher: boolean
    makeEngine?: MakeEngine
  },
): Promise<void> {
  const { signals, hasLauncher, makeEngine = makeEngineHere } = options
  const request = await readRequest(run)
  if (!request) throw new FlowerbedError('not-found', errorText('agent.notLaunched'), { where: run.runId })
  const job = await ownJob(run, { launchId: request.launchId, hasLauncher })
  await new LaunchInTraining(run, request, job).train(makeEngine, signals)
}

class LaunchInTraining {
  private readonly run: RunFolder
  private readonly job: JobRecord
  private request: LaunchRequest
  private control: RunControl | null = null
  private journalError: FlowerbedError | null = null
  /** What goes on beside training: its order matters, its time does not. */
  private upkeep: Promise<void> = Promise.resolve()

  constructor(run: RunFolder, request: LaunchRequest, job: JobRecord) {
    this.run = run
    this.request = request
    this.job = job
  }

  async train(makeEngine: MakeEngine, signals: EndSignals): Promise<void> {
    const { run } = this
    const journal = await Journal.open(journalPath(run), {
      launchId: this.job.launchId,
      onError: (error) => this.journalFailed(error),
    })
    journal.append({ job: { state: 'running', pid: process.pid, jobId: this.jobId, node: hostname() } })
    const events = new RunEvents((event) => journal.append({ event }))
    const content = await this.outcome({ makeEngine, signals, events })
    events.flush()
    await this.control?.close()
    await this.upkeep
    journal.append(content)
    await this.writeLast(journal)
    await journal.close()
  }

  /** Trains, and answers what the last entry is to say. */
  private async outcome(options: {
    makeEngine: MakeEngine
    signals: EndSignals
    events: RunEvents
  }): Promise<JournalContent> {
    const { run } = this
    const { makeEngine, signals, events } = options
    try {
      await makeReserve(run)
      const emit = (event: EngineEvent) => {
        events.add(event)
        this.keepUp(event)
      }
      const engine = await makeEngine(emit)
      const control = (this.control = new RunControl({
        ...{ run, launchId: this.job.launchId, handlers: engine.handlers },
        onExtend: (limits) => this.extend(limits),
      }))
      await control.begin(signals)
      this.checkJournal()
      const result = await trainOn({ run, request: () => this.request, engine, control, emit })
      this.checkJournal()
      return (await this.goesOn(result)) ?? { ended: result }
    } catch (thrown) {
      return { failed: serializeError(this.journalError ? this.fullDisk(this.journalError) : thrown) }
    }
  }

  /** The state of the job that goes on with a launch which a signal has paused. */
  private async goesOn({ outcome }: TrainResult): Promise<JournalContent | null> {
    const signal = this.control?.ending?.signal
    if (!signal || outcome !== 'paused') return null
    const state = await interruptedJob(this.run, this.job, signal)
    return state && { job: state }
  }

  /** Files that are not needed any more; and what a launch that is started again has to know. */
  private keepUp(event: EngineEvent): void {
    if (event.type === 'checkpoint') void this.later(() => pruneCheckpoints(this.run, keptCheckpoints))
    if (event.type === 'started') void this.later(() => this.begunAt(event.step))
  }

  /** From here on the newest checkpoint is the one to resume from, whichever the launch was started with. */
  private async begunAt(step: number): Promise<void> {
    if (!this.request.resume) return
    await deleteLaterCheckpoints(this.run, step)
    this.request = launchRequestSchema.parse({ ...this.request, resume: undefined })
    await writeRequest(this.run, this.request)
  }

  private async extend(limits: Extension): Promise<void> {
    this.request = { ...this.request, config: { ...this.request.config, ...limits } }
    await this.later(() => writeRequest(this.run, this.request))
  }

  private later(work: () => Promise<unknown>): Promise<void> {
    this.upkeep = this.upkeep.then(work).then(() => undefined, logProblem)
    return this.upkeep
  }

  /** What happens is not written down any more, so training ends. */
  private journalFailed(error: FlowerbedError): void {
    this.journalError ??= error
    this.control?.end({ outcome: 'stopped', save: false, signal: null })
  }

  private checkJournal(): void {
    if (this.journalError) throw this.journalError
  }

  private fullDisk(error: FlowerbedError): FlowerbedError {
    if (error.kind !== 'no-space') return error
    return new FlowerbedError('no-space', errorText('agent.noSpace'), {
      where: this.run.path,
      cause: error,
    })
  }

  /** On a full disk with the space that was reserved for it. */
  private async writeLast(journal: Journal): Promise<void> {
    let error = await problemOf(journal.flush())
    await freeReserve(this.run)
    for (let times = 0; error && times < lastTries.times; times++) {
      if (times > 0) await delay(lastTries.everyMs)
      error = await problemOf(journal.retry())
    }
    if (error) throw error
  }

  private get jobId(): string | null {
    return this.job.kind === 'slurm' ? this.job.jobId : null
  }
}

const problemOf = (work: Promise<void>): Promise<FlowerbedError | null> =>
  work.then(() => null, toFlowerbedError)
