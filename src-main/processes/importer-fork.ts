import { fork } from 'node:child_process'
import { forkedChannel } from './channels.ts'
import { importerEnvironment } from './resilient-importer.ts'
import type { ImporterProcess } from './resilient-importer.ts'

/** Starts the importer as a child process of its own on a Node, the present one if none is named. */
export function forkImporterProcess(options: {
  entry: string
  logPath: string
  execPath?: string
  onStart?: ((pid: number) => void) | undefined
}): ImporterProcess {
  const { entry, logPath, execPath, onStart } = options
  const child = fork(entry, [], {
    // Typed arrays cross as they are.
    serialization: 'advanced',
    env: { ...process.env, ...importerEnvironment(logPath) },
    ...(execPath === undefined ? {} : { execPath, execArgv: [] }),
  })
  if (child.pid !== undefined) onStart?.(child.pid)
  return {
    channel: forkedChannel(child),
    logPath,
    kill: () => {
      child.kill('SIGKILL')
    },
  }
}
