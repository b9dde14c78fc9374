import { fork } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { forkedChannel } from '../../src-main/processes/channels.ts'
import type { HostProcess } from '../../src-main/processes/child-process.ts'

/** A program of a test's own as an engine's process: a real one, forked on this Node. */
export function forkHost(options: { folder: string; program: string; execPath?: string }): HostProcess {
  const { folder, program, execPath } = options
  const path = join(folder, `program-${program.length}.mjs`)
  writeFileSync(path, program)
  const child = fork(path, [], {
    serialization: 'advanced',
    execArgv: [],
    ...(execPath === undefined ? {} : { execPath }),
  })
  const channel = forkedChannel(child)
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
    kill: () => void child.kill('SIGTERM'),
  }
}
