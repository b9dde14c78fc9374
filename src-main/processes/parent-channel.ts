import type { Channel } from './rpc.ts'

/** What Electron's `process.parentPort` looks like, without importing electron. */
interface ParentPort {
  postMessage: (message: unknown) => void
  on: (event: 'message', listener: (event: { data: unknown }) => void) => unknown
}

/** The child's end of the channel, in an Electron utility process or a forked Node process; null without a parent. */
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
        // The parent may have ended already.
        if (process.connected) process.send?.(message)
      },
      onMessage: (listener) => process.on('message', listener),
      onClose: (listener) => process.on('disconnect', listener),
    }
  }
  return null
}
