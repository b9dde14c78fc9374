import { spawn } from 'node:child_process'
import { openSync, readFileSync, readdirSync } from 'node:fs'

/** A daemon that runs in the foreground as a child of the test. */
export interface Daemon {
  end: () => Promise<void>
}

/** Starts a daemon that the kernel ends with the test's process, however that ends. */
export function startDaemon(
  name: string,
  args: string[],
  { env, log }: { env: NodeJS.ProcessEnv; log: string },
): Daemon {
  const output = openSync(log, 'a')
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', name, ...args], {
    env,
    stdio: ['ignore', output, output],
  })
  const ended = new Promise<void>((done) => {
    child.once('exit', () => done())
    child.once('error', () => done())
  })
  return {
    end: async () => {
      child.kill('SIGTERM')
      const killed = setTimeout(() => child.kill('SIGKILL'), 10_000)
      await ended
      clearTimeout(killed)
    },
  }
}

/** Ends daemons, and what a job has left. */
export async function endDaemons(daemons: Daemon[], env: NodeJS.ProcessEnv): Promise<void> {
  for (const daemon of daemons.toReversed()) await daemon.end()
  for (const pid of jobProcesses(env)) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
  }
}

/** Processes that were started with the configuration of this cluster: its daemons, and the jobs they started. */
function jobProcesses(env: NodeJS.ProcessEnv): number[] {
  const mark = `SLURM_CONF=${env.SLURM_CONF ?? ''}`
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(mark)
      } catch {
        return false
      }
    })
    .map(Number)
}
