import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { DeviceChoice } from '#shared/schemas/run.ts'
import type { WorkerHost } from '#shared/workers.ts'
import { bundledNode } from '../../processes/bundled-node.ts'
import type { ChildProcess } from '../../processes/child-process.ts'
import { startNodeProcess } from '../../processes/node-process.ts'

/** What a worker computes on. */
export interface WorkerPlan {
  /** Shown to people. */
  name: string
  device: DeviceChoice
  /** The GPU, as nvidia-smi numbers it. */
  gpu?: number
  /** Threads of its operations; by default one per core. */
  threads?: number
  /** The machine that it is on, unless that is this one. */
  host?: WorkerHost
  /** The network in which workers reach each other without OpenSSH. */
  network?: string
}

/** With one thread the first worker, which also directs the others, has them wait until its own part is done. */
const interOpThreads = '2'

/** Starts a worker of this machine, or the process that holds the connection to one on another. */
export function startWorkerProcess({ host, gpu, threads }: WorkerPlan): ChildProcess {
  // It ends its ssh before itself.
  if (host) return startNodeProcess({ entry: entryPath('worker-link', 'link-entry'), ...electronsNode() })
  return startNodeProcess({
    entry: entryPath('worker', 'entry'),
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
}

/** In Electron, whose own executable may not run as Node. */
function electronsNode(): { execPath?: string } {
  const node = 'electron' in process.versions ? bundledNode() : null
  return node === null ? {} : { execPath: node }
}

/** Beside this file in a checkout; beside the bundle (`out/main/worker.js`) when built. */
function entryPath(built: string, source: string): string {
  const bundle = fileURLToPath(new URL(`./${built}.js`, import.meta.url))
  return existsSync(bundle) ? bundle : fileURLToPath(new URL(`./${source}.ts`, import.meta.url))
}
