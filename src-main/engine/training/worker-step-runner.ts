import { setTimeout as delay } from 'node:timers/promises'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { WorkerState } from '#shared/workers.ts'
import { WorkerGroup } from '../cluster/worker-group.ts'
import type { WorkerPlan } from '../cluster/worker-process.ts'
import type { InputValues, Values } from '../graph/program.ts'
import { ReplicatedStepRunner } from './replicated-step-runner.ts'
import type { StepRunnerOptions, TakesSteps } from './step-runner.ts'

export interface WorkerStepRunnerOptions extends Omit<StepRunnerOptions, 'resident' | 'fused'> {
  plans: WorkerPlan[]
  /** A step that takes longer than this fails. */
  timeoutMs?: number | undefined
}

/** The workers cannot take the step: one of them is gone, or TensorFlow says so. `restart` goes on with those that are left. */
export class WorkersFailed extends FlowerbedError {}

/** The end of a process is noticed a moment after TensorFlow's error that follows from it. */
const noticeMs = 3000
/** TensorFlow's codes of errors that a lost or slow worker causes: CANCELLED, DEADLINE_EXCEEDED, ABORTED, INTERNAL, UNAVAILABLE. */
const lostCodes = ['1', '4', '10', '13', '14']
/** Restarts with the same workers before training fails. */
const restartsAtMost = 3

/** Takes the steps of a run in several worker processes, and starts again with those that are left when some are gone. */
export class WorkerStepRunner implements TakesSteps {
  private readonly options: WorkerStepRunnerOptions
  private group: WorkerGroup
  private runner: ReplicatedStepRunner
  private restarts = 0
  /** Images that each worker computes in a millisecond; null until that is measured, or where it cannot be. */
  private speeds: number[] | null = null
  /** The last call, which ends when the workers do. */
  private call: Promise<unknown> = Promise.resolve()

  private constructor(options: WorkerStepRunnerOptions, group: WorkerGroup) {
    this.options = options
    this.group = group
    this.runner = this.createRunner()
  }

  /** Starts the workers. @throws FlowerbedError where they cannot be started */
  static async start(options: WorkerStepRunnerOptions): Promise<WorkerStepRunner> {
    const { plans, config } = options
    const used = { ...options, plans: plans.slice(0, config.batch) }
    const started = new WorkerStepRunner(used, await WorkerGroup.start(used.plans))
    return started
  }

  get inputMs(): number {
    return this.runner.inputMs
  }

  set inputMs(ms: number) {
    this.runner.inputMs = ms
  }

  get workers(): WorkerState[] {
    return this.group.states.map(({ name, deviceName, pid, memoryBytes, fault }, i) => ({
      ...{ name, device: deviceName, pid, memoryBytes },
      state: fault ?? 'training',
      images: this.runner.shares[i]?.length ?? 0,
      imagesPerSecond: this.speeds?.[i] === undefined ? null : 1000 * this.speeds[i],
    }))
  }

  /** Shares each batch by the workers' measured speeds where they are uneven. */
  async begin(state: InputValues): Promise<void> {
    await this.watched(() => this.runner.begin(state))
    if (this.speeds !== null) return
    this.speeds = await this.watched(() => this.runner.measureSpeeds())
    if (this.speeds === null || !areUneven(this.speeds)) return
    await this.watched(() => this.runner.dispose())
    this.runner = this.createRunner(this.speeds)
    await this.watched(() => this.runner.begin(state))
  }

  read(names?: string[]): Values {
    try {
      return this.runner.read(names)
    } catch (thrown) {
      if (!isLoss(thrown)) throw thrown
      throw failure(thrown)
    }
  }

  async takeStep(step: number, config: RunConfig, learningRate?: number): Promise<Values> {
    return await this.watched(() => this.runner.takeStep(step, config, learningRate))
  }

  /**
   * Ends all workers and starts again with those that were left; their state is gone. Answers the names of the others.
   * @throws FlowerbedError `crashed` where none is left, or where those that are left have failed several times
   */
  async restart(): Promise<{ lost: string[]; left: number }> {
    const { left } = this.group
    const lost = this.group.states.filter(({ fault }) => fault !== null).map(({ name }) => name)
    const old = { runner: this.runner, call: this.call, port: this.group.port }
    await this.group.end()
    if (lost.length === 0 && ++this.restarts > restartsAtMost)
      throw new FlowerbedError('crashed', errorText('cluster.failing', { times: restartsAtMost + 1 }))
    // At the same port: TensorFlow tries a call again until its server answers, and this one says that it knows nothing of it.
    const { group, failed } = await startThoseThatCan(left, old.port)
    this.group = group
    lost.push(...failed)
    this.speeds = null
    this.runner = this.createRunner()
    void old.call.catch(() => undefined).then(() => old.runner.dispose())
    return { lost, left: group.states.length }
  }

  async dispose(): Promise<void> {
    const { isBroken } = this.group
    if (isBroken) {
      await this.group.end()
      return
    }
    await this.call.catch(() => undefined)
    await this.runner.dispose()
    await this.group.end()
  }

  private createRunner(speeds?: number[]): ReplicatedStepRunner {
    const { system, config, dataset, indices, order, timeoutMs } = this.options
    const { devices } = this.group
    return new ReplicatedStepRunner({
      ...{ system, config, dataset, indices, order, devices, speeds, timeoutMs },
    })
  }

  /** Runs a call of the workers. @throws WorkersFailed as soon as one of them is gone, or the call fails for that */
  private async watched<T>(run: () => Promise<T>): Promise<T> {
    const call = run()
    this.call = call
    call.catch(() => undefined)
    const broken = this.group.broken.then((): never => {
      throw failure()
    })
    try {
      return await Promise.race([call, broken])
    } catch (thrown) {
      if (thrown instanceof WorkersFailed || !isLoss(thrown)) throw thrown
      await Promise.race([this.group.broken, delay(noticeMs)])
      throw failure(thrown)
    }
  }
}

/** Starts workers, without those that cannot be started any more, whose names it answers. @throws FlowerbedError without any */
async function startThoseThatCan(
  plans: WorkerPlan[],
  port: number,
): Promise<{ group: WorkerGroup; failed: string[] }> {
  let left = plans
  const failed = new Set<WorkerPlan>()
  while (left.length > 0) {
    const before = failed.size
    try {
      const group = await WorkerGroup.start(left, { port, onFailure: (plan) => failed.add(plan) })
      return { group, failed: [...failed].map(({ name }) => name) }
    } catch (thrown) {
      if (failed.size === before) throw thrown
      left = plans.filter((plan) => !failed.has(plan))
    }
  }
  throw new FlowerbedError('crashed', errorText('cluster.noneLeft'))
}

/** Less than this factor between the fastest and the slowest may be chance. */
const evenWithin = 1.25

/** Whether workers differ so much in speed that their shares of a batch should. */
export const areUneven = (speeds: number[]): boolean => Math.max(...speeds) > evenWithin * Math.min(...speeds)

const isLoss = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && lostCodes.includes(String(thrown.code))

const failure = (cause?: unknown) =>
  new WorkersFailed('crashed', errorText('cluster.workerGone'), cause === undefined ? {} : { cause })
