import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { desktopText } from '#shared/desktop-text.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { JobState } from '#shared/remote/protocol.ts'
import { isRunning, thisProcess } from '../files/process-identity.ts'
import type { ProcessIdentity } from '../files/process-identity.ts'
import { silentMs } from './job-file.ts'
import type { Launcher } from './launcher.ts'
import { logPath } from './run-folder.ts'
import type { RunFolder } from './run-folder.ts'

/** One on another machine of a shared folder counts as ended when it was silent for so long. */
const mostSilentMs = 300_000
/** A process in native code takes no signal; after this long it is killed. */
const graceMs = 5000

const agentFile = resolve(import.meta.dirname, 'main.ts')

/** What follows the path of this Node to start this agent again. */
export const agentArguments = (folder: string): string[] => [
  ...process.execArgv,
  agentFile,
  '--folder',
  folder,
]

/**
 * Trains in a process of this machine, in a session of its own: it outlives the connection. It tells who it is before it does
 * anything, and trains once `job.json` says that it is the one.
 */
export const processLauncher: Launcher<'process'> = {
  start: async (run, { launchId }) => {
    const log = await open(logPath(run), 'a')
    try {
      const child = spawn(process.execPath, [...agentArguments(run.folder), 'run', run.runId], {
        detached: true,
        cwd: run.folder,
        stdio: ['ignore', log.fd, log.fd, 'ipc'],
      })
      return { kind: 'process', launchId, process: await identityOf(child) }
    } finally {
      await log.close()
    }
  },

  state: async (run, { process: identity }) => await processState(run, identity),

  cancel: async (_run, { process: identity }) => {
    const { pid } = identity
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const until = performance.now() + graceMs
      if (isRunning(identity) === 'running') process.kill(pid, signal)
      while (isRunning(identity) === 'running' && performance.now() < until) await delay(50)
    }
  },

  interrupted: () => Promise.resolve(null),
}

/** Whether the process that trains runs: for launchers whose jobs are seen on this machine. */
export async function processState(run: RunFolder, identity: ProcessIdentity): Promise<JobState> {
  const { pid, host } = identity
  const node = host.replace(/#.*$/, '')
  const running: JobState = { state: 'running', pid, jobId: null, node }
  switch (isRunning(identity)) {
    case 'running':
      return running
    case 'ended':
      return {
        state: 'lost',
        reason: desktopText(wasRestarted(identity) ? 'agent.restarted' : 'agent.processEnded'),
      }
    case 'elsewhere':
      if ((await silentMs(run)) < mostSilentMs) return running
      return { state: 'lost', reason: desktopText('agent.silent', { node, minutes: mostSilentMs / 60_000 }) }
  }
}

/** The part between the underscores names the boot of Linux. */
function wasRestarted({ startedAt }: ProcessIdentity): boolean {
  const boot = (text: string | null) => text?.split('_')[1]
  return boot(startedAt) !== boot(thisProcess().startedAt)
}

/** What the process says of itself. @throws FlowerbedError `unavailable` when it ends before */
function identityOf(child: ChildProcess): Promise<ProcessIdentity> {
  return new Promise((done, fail) => {
    const refuse = (reason: string, cause?: unknown) =>
      fail(new FlowerbedError('unavailable', errorText('agent.didNotStart', { reason }), { cause }))
    child.once('error', (cause) => refuse(cause.message, cause))
    child.once('exit', (code, signal) => refuse(signal ?? String(code)))
    child.once('message', (identity) => {
      // It is not waited for any more.
      child.unref()
      child.channel?.unref()
      done(identity as ProcessIdentity)
    })
  })
}
