import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { createLogger } from '../../log.ts'
import { endProcess } from '../../processes/child-process.ts'
import type { ChildProcess } from '../../processes/child-process.ts'
import { createCaller } from '../../processes/rpc.ts'
import type { Caller } from '../../processes/rpc.ts'
import { connectWorkers } from './connect-workers.ts'
import { taskName } from './messages.ts'
import type { Devices } from './replicated-program.ts'
import { heartbeatMs } from './worker-messages.ts'
import type { LinkRequests, LoadedWorker, WorkerEvent } from './worker-messages.ts'
import { startWorkerProcess } from './worker-process.ts'
import type { WorkerPlan } from './worker-process.ts'

const log = createLogger('workers')

/** Why a worker is not there any more. */
export type WorkerFault = 'ended' | 'silent'

/** A worker counts as hanging without a heartbeat for this many seconds, unless the variable says otherwise. */
const defaultSilentSeconds = 20
const silenceVariable = 'FLOWERBED_WORKER_SILENT_SECONDS'
/** While it loads TensorFlow it sends none: then after this many. */
const startSeconds = 120

interface Worker {
  plan: WorkerPlan
  /** Of one on another machine, that which holds the connection. */
  process: ChildProcess
  caller: Pick<Caller<LinkRequests>, 'request'>
  /** A request to it has failed. */
  hasFailed: boolean
  /** Null until it has loaded TensorFlow. */
  loaded: LoadedWorker | null
  memoryBytes: number
  fault: WorkerFault | null
  /** Ticks of the watch since the last heartbeat. */
  missed: number
}

/**
 * Worker processes, of this machine and others, that compute one program together: each runs a server of one TensorFlow
 * cluster, which listens on the loopback interface only. When one of them is gone the cluster is of no use any more: a server takes
 * another process at the same address for a stranger.
 */
export class WorkerGroup {
  /** Resolves when a worker has ended or hangs; not when the group is ended. */
  readonly broken: Promise<void>
  private readonly workers: Worker[] = []
  private silentMs = 1000 * startSeconds
  private declareBroken: () => void = () => undefined
  private watch: NodeJS.Timeout | undefined
  private isEnding = false
  /** Of the first worker, as this process reaches it. */
  private address = ''

  private constructor() {
    this.broken = new Promise((resolve) => {
      this.declareBroken = resolve
    })
  }

  /**
   * @param options `port`: of the first worker, by default any; `onFailure`: called for each that cannot be started
   * @throws FlowerbedError when a worker cannot be started; none is left then
   */
  static async start(
    plans: WorkerPlan[],
    { port, onFailure }: { port?: number; onFailure?: (plan: WorkerPlan) => void } = {},
  ): Promise<WorkerGroup> {
    const group = new WorkerGroup()
    const late = group.broken.then((): never => {
      throw new FlowerbedError('crashed', errorText('cluster.notStarted'))
    })
    try {
      await Promise.race([group.begin(plans, port), late])
      return group
    } catch (thrown) {
      for (const { plan, fault, hasFailed } of group.workers)
        if (hasFailed || fault !== null) onFailure?.(plan)
      await group.end()
      throw thrown
    }
  }

  /** The port of the first worker. */
  get port(): number {
    return Number(this.address.split(':')[1])
  }

  /** The workers in order, with what became of them. */
  get states(): {
    name: string
    deviceName: string
    pid: number
    memoryBytes: number
    fault: WorkerFault | null
  }[] {
    return this.workers.map(({ plan, process, loaded, memoryBytes, fault }) => ({
      ...{ name: plan.name, deviceName: loaded?.deviceName ?? '', memoryBytes, fault },
      pid: loaded?.pid ?? process.pid ?? 0,
    }))
  }

  get devices(): Devices {
    return {
      names: this.workers.map(
        ({ loaded }, i) => `${taskName(i)}/device:${loaded?.device === 'cuda' ? 'GPU' : 'CPU'}:0`,
      ),
      target: `grpc://${this.address}`,
      haveKernels: this.workers.every(({ loaded }) => loaded?.kernels),
    }
  }

  /** Whether a worker has ended or hangs. */
  get isBroken(): boolean {
    return this.workers.some(({ fault }) => fault !== null)
  }

  /** The plans of the workers that are still there. */
  get left(): WorkerPlan[] {
    return this.workers.filter(({ fault }) => fault === null).map(({ plan }) => plan)
  }

  /** Ends all workers; resolves when they are gone. */
  async end(): Promise<void> {
    this.isEnding = true
    clearInterval(this.watch)
    await Promise.all(this.workers.map(({ process }) => endProcess(process)))
  }

  private async begin(plans: WorkerPlan[], port?: number): Promise<void> {
    this.watch = setInterval(() => this.tick(), heartbeatMs)
    for (const plan of plans) this.workers.push(this.startWorker(plan))
    await Promise.all(
      this.workers.map(async (worker) => {
        const { plan, caller } = worker
        if (plan.host) await caller.request('open', plan.host)
        worker.loaded = await caller.request('load', { device: plan.device })
      }),
    )
    const { address, addresses } = await connectWorkers(this.workers, port)
    this.address = address
    await Promise.all(
      this.workers.map(({ caller }, task) =>
        caller.request('serve', { addresses: addresses[task] ?? [], task }),
      ),
    )
    this.silentMs = 1000 * (Number(process.env[silenceVariable]) || defaultSilentSeconds)
  }

  private startWorker(plan: WorkerPlan): Worker {
    const child = startWorkerProcess(plan)
    const { request } = createCaller<LinkRequests, WorkerEvent>({
      channel: child.channel,
      name: plan.name,
      onEvent: ({ memoryBytes }) => Object.assign(worker, { memoryBytes, missed: 0 }),
    })
    const worker: Worker = {
      ...{ plan, process: child, loaded: null, memoryBytes: 0, hasFailed: false, fault: null, missed: 0 },
      caller: {
        request: async (name, argument) => {
          try {
            return await request(name, argument)
          } catch (thrown) {
            worker.hasFailed = true
            throw thrown
          }
        },
      },
    }
    void child.ended.then(() => this.lose(worker, 'ended'))
    return worker
  }

  /** Ticks, not times: while this process is busy it neither ticks nor hears heartbeats. */
  private tick(): void {
    for (const worker of this.workers)
      if (++worker.missed * heartbeatMs > this.silentMs) this.lose(worker, 'silent')
  }

  private lose(worker: Worker, fault: WorkerFault): void {
    if (this.isEnding || worker.fault !== null) return
    worker.fault = fault
    log.warn(
      `${worker.plan.name} (process ${worker.process.pid ?? '?'}) ${fault === 'ended' ? 'has ended' : 'does not respond'}`,
    )
    this.declareBroken()
  }
}
