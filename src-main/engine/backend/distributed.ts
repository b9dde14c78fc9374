import { desktopText } from '#shared/desktop-text.ts'
import { errorText } from '#shared/error-text.ts'
import { resourceFolder } from '../../files/resources.ts'
import { platformName } from '../../tensorflow/layout.ts'
import { expectedSha256 } from '../../tensorflow/native-manifest.ts'
import { loadNative } from './native-library.ts'

/** A session of TensorFlow. */
export interface SessionHandle {
  readonly session: unique symbol
}

export type SessionValues = Float32Array | Int32Array | Uint8Array
/** Node, its output, TensorFlow's number of the type, shape and values. */
export type SessionFeed = [node: string, index: number, dtype: number, shape: number[], values: SessionValues]
export type SessionFetch = [node: string, index: number]

/** A session, RunOptions, what is fed and what is fetched. */
export type SessionCall = [
  session: SessionHandle,
  options: Uint8Array,
  feeds: SessionFeed[],
  fetches: SessionFetch[],
]

/**
 * Sessions and servers of TensorFlow's distributed runtime (`src-main/native/distributed`). Messages are protocol buffers
 * (`cluster/messages.ts`); errors have TensorFlow's number of their kind as `code`.
 */
export interface DistributedRuntime {
  /** Starts this process's server of a cluster, which ends with the process; returns the target of its sessions. */
  startServer: (serverDef: Uint8Array) => string
  /** With an empty target the session is in this process. */
  openSession: (graphDef: Uint8Array, config: Uint8Array, target: string) => SessionHandle
  run: (...args: SessionCall) => Promise<SessionValues[]>
  /** As `run`, but blocks. */
  runNow: (...args: SessionCall) => SessionValues[]
  /** Closes a session whose runs have ended. */
  close: (session: SessionHandle) => Promise<void>
}

let loaded: DistributedRuntime | undefined

/**
 * The distributed runtime of the TensorFlow in this process, which must have been loaded (`load.ts`).
 * @throws FlowerbedError `unavailable` or `corrupt` where it does not load
 */
export function distributedRuntime(): DistributedRuntime {
  const file = `tensorflow-distributed/${platformName}/flowerbed_distributed.node`
  loaded ??= loadNative({
    path: resourceFolder(...file.split('/')),
    sha256: expectedSha256(file),
    name: desktopText('load.distributed'),
    replace: errorText('load.installFlowerbed'),
  }) as unknown as DistributedRuntime
  return loaded
}
