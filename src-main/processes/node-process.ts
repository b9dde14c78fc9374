import { fork } from 'node:child_process'
import type { ChildProcess as NodeChild } from 'node:child_process'
import { language, languageVariable } from '#shared/language.ts'
import type { ChildProcess } from './child-process.ts'
import type { Channel } from './rpc.ts'

/** Forks a Node process, on the present Node if none is named. */
export function startNodeProcess(options: {
  /** Path of its program. */
  entry: string
  /** Set besides the present environment. */
  env?: Record<string, string>
  execPath?: string
  /** The signal that asks it to end. */
  killSignal?: NodeJS.Signals
}): ChildProcess {
  const { entry, env = {}, execPath, killSignal = 'SIGTERM' } = options
  const child = fork(entry, [], {
    // Typed arrays cross as they are.
    serialization: 'advanced',
    env: { ...process.env, [languageVariable]: language(), ...env },
    ...(execPath === undefined ? {} : { execPath, execArgv: [] }),
  })
  const channel = channelTo(child)
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => resolve(code))
    channel.onClose(() => resolve(null))
  })
  return {
    channel,
    ended,
    spawned: new Promise<void>((resolve) => child.once('spawn', () => resolve())),
    get pid() {
      return child.pid
    },
    kill: () => void child.kill(killSignal),
  }
}

function channelTo(child: NodeChild): Channel {
  return {
    post: (message) => {
      // A process that is ending takes no message; its end closes the channel.
      if (child.connected) child.send(message as object, () => undefined)
    },
    onMessage: (listener) => child.on('message', listener),
    onClose: (listener) => {
      let isClosed = false
      const close = () => {
        if (!isClosed) listener()
        isClosed = true
      }
      child.once('exit', close)
      // A process that cannot be started never exits; without a listener the error would be thrown.
      child.on('error', () => {
        if (child.pid === undefined) close()
      })
    },
  }
}
