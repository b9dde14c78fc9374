import type { ChildProcess } from 'node:child_process'
import type { Channel } from './rpc.ts'

/** What Electron's `process.parentPort` looks like, without importing electron. */
interface ParentPort {
  postMessage: (message: unknown) => void
  on: (event: 'message', listener: (event: { data: unknown }) => void) => unknown
}

/** What Electron's UtilityProcess looks like, without importing electron. */
interface UtilityProcessLike {
  postMessage: (message: unknown) => void
  on: ((event: 'message', listener: (message: unknown) => void) => unknown) &
    ((event: 'exit', listener: (code: number) => void) => unknown)
}

/** The child's way to its parent, as an Electron utility process or as a forked Node process; null when it has none. */
export function parentChannel(): Channel | null {
  const port = (process as unknown as { parentPort?: ParentPort }).parentPort
  if (port) {
    return {
      post: (message) => {
        port.postMessage(message)
      },
      onMessage: (listener) => port.on('message', (event) => listener(event.data)),
      // Electron ends a utility process together with its parent.
      onClose: () => undefined,
    }
  }
  if (process.send) {
    return {
      post: (message) => {
        // The parent may be gone already; then there is nobody left to tell.
        if (process.connected) process.send?.(message)
      },
      onMessage: (listener) => process.on('message', listener),
      onClose: (listener) => process.on('disconnect', listener),
    }
  }
  return null
}

/** The parent's way to a process forked with `serialization: 'advanced'`, so that typed arrays cross as they are. */
export function forkedChannel(child: ChildProcess): Channel {
  return {
    post: (message) => {
      // A process that is just ending cannot be told; its end is told below.
      if (child.connected) child.send(message as object, () => undefined)
    },
    onMessage: (listener) => child.on('message', listener),
    onClose: (listener) => {
      let told = false
      const close = () => {
        if (!told) listener()
        told = true
      }
      child.once('exit', close)
      // A process that cannot be started has no end: without a listener the error would be thrown.
      child.on('error', () => {
        if (child.pid === undefined) close()
      })
    },
  }
}

/** The parent's way to an Electron utility process. */
export function utilityChannel(child: UtilityProcessLike): Channel {
  return {
    post: (message) => {
      child.postMessage(message)
    },
    onMessage: (listener) => child.on('message', listener),
    onClose: (listener) => child.on('exit', listener),
  }
}
