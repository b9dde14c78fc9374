import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { DeviceChoice } from '#shared/schemas/run.ts'
import { createLogger } from '../../log.ts'
import { bundledNode } from '../../processes/bundled-node.ts'
import { endProcess } from '../../processes/child-process.ts'
import type { ChildProcess } from '../../processes/child-process.ts'
import { startNodeProcess } from '../../processes/node-process.ts'
import { createCaller } from '../../processes/rpc.ts'
import type { ClosableCaller } from '../../processes/rpc.ts'
import { taskName } from './messages.ts'
import type { Devices } from './replicated-program.ts'
import { heartbeatMs } from './worker-messages.ts'
import type { WorkerEvent, WorkerRequests } from './worker-messages.ts'

const log = createLogger('workers')

/** What a worker computes on. */
export interface WorkerPlan {
  /** Shown to people. */
  name: string
  device: DeviceChoice
  /** The GPU, as nvidia-smi numbers it. */
  gpu?: number
  /** Threads of its operations; by default one per core. */
  threads?: number
}

/** Why a worker is not there any more. */
export type WorkerFault = 'ended' | 'silent'

/** A worker counts as hanging without a heartbeat for this many seconds, unless the variable says otherwise. */
const defaultSilentSeconds = 20
const silenceVariable = 'FLOWERBED_WORKER_SILENT_SECONDS'
/** With one thread the first worker, which also directs the others, has them wait until its own part is done. */
const interOpThreads = '2'
/** While it loads TensorFlow it sends none: then after this many. */
const startSeconds = 120

interface Worker {
  plan: WorkerPlan
  process: ChildProcess
  caller: ClosableCaller<WorkerRequests>
  device: 'cpu' | 'cuda'
  deviceName: string
  memoryBytes: number
  fault: WorkerFault | null
  /** Ticks of the watch since the last heartbeat. */
  missed: number
}

/**
 * Worker processes of this machine that compute one program together: each runs a server of one TensorFlow cluster, which
 * listens on the loopback interface only. When one of them is gone the cluster is of no use any more: a server takes another
 * process at the same address for a stranger.
 */
export class WorkerGroup {
  /** Resolves when a worker has ended or hangs; not when the group is ended. */
  readonly broken: Promise<void>
  private readonly workers: Worker[] = []
  private silentMs = 1000 * startSeconds
  private declareBroken: () => void = () => undefined
  private watch: NodeJS.Timeout | undefined
  private isEnding = false
  private addresses: string[] = []

  private constructor() {
    this.broken = new Promise((resolve) => {
      this.declareBroken = resolve
    })
  }

  /**
   * @param options `port`: of the first worker, by default any
   * @throws FlowerbedError when a worker cannot be started; none is left then
   */
  static async start(plans: WorkerPlan[], { port }: { port?: number } = {}): Promise<WorkerGroup> {
    const group = new WorkerGroup()
    const late = group.broken.then((): never => {
      throw new FlowerbedError('crashed', errorText('cluster.notStarted'))
    })
    try {
      await Promise.race([group.begin(plans, port), late])
      return group
    } catch (thrown) {
      await group.end()
      throw thrown
    }
  }

  /** The port of the first worker. */
  get port(): number {
    return Number(this.addresses[0]?.split(':')[1])
  }

  /** The workers in order, with what became of them. */
  get states(): {
    name: string
    deviceName: string
    pid: number
    memoryBytes: number
    fault: WorkerFault | null
  }[] {
    return this.workers.map(({ plan, process, deviceName, memoryBytes, fault }) => ({
      ...{ name: plan.name, deviceName, memoryBytes, fault },
      pid: process.pid ?? 0,
    }))
  }

  get devices(): Devices {
    return {
      names: this.workers.map(
        ({ device }, i) => `${taskName(i)}/device:${device === 'cuda' ? 'GPU' : 'CPU'}:0`,
      ),
      target: `grpc://${this.addresses[0] ?? ''}`,
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
        Object.assign(worker, await worker.caller.request('load', { device: worker.plan.device }))
      }),
    )
    const free = await freePorts(plans.length)
    this.addresses = free.map((each, i) => `127.0.0.1:${i === 0 && port !== undefined ? port : each}`)
    await Promise.all(
      this.workers.map(({ caller }, task) => caller.request('serve', { addresses: this.addresses, task })),
    )
    this.silentMs = 1000 * (Number(process.env[silenceVariable]) || defaultSilentSeconds)
  }

  private startWorker(plan: WorkerPlan): Worker {
    const { name, gpu, threads } = plan
    const child = startNodeProcess({
      entry: entryPath(),
      ...electronsNode(),
      // Ends also one that is stopped or busy in native code.
      killSignal: 'SIGKILL',
      env: {
        ...(gpu === undefined ? {} : { CUDA_VISIBLE_DEVICES: `${gpu}` }),
        ...(threads === undefined ? {} : { FLOWERBED_THREADS: `${threads}` }),
        // Those of this process are for this process.
        ...{ TF_NUM_INTRAOP_THREADS: '', TF_NUM_INTEROP_THREADS: interOpThreads },
      },
    })
    const worker: Worker = {
      ...{ plan, process: child, device: 'cpu', deviceName: '', memoryBytes: 0, fault: null, missed: 0 },
      caller: createCaller<WorkerRequests, WorkerEvent>({
        channel: child.channel,
        name,
        onEvent: ({ memoryBytes }) => Object.assign(worker, { memoryBytes, missed: 0 }),
      }),
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

/** In Electron, whose own executable may not run as Node. */
function electronsNode(): { execPath?: string } {
  const node = 'electron' in process.versions ? bundledNode() : null
  return node === null ? {} : { execPath: node }
}

/** Beside this file in a checkout; beside the bundle (`out/main/worker.js`) when built. */
function entryPath(): string {
  const built = fileURLToPath(new URL('./worker.js', import.meta.url))
  return existsSync(built) ? built : fileURLToPath(new URL('./entry.ts', import.meta.url))
}

/** Ports of the loopback interface that nothing listens at. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  await Promise.all(
    servers.map(
      (server) =>
        new Promise<void>((resolve, reject) => {
          server.once('error', reject)
          server.listen(0, '127.0.0.1', resolve)
        }),
    ),
  )
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
