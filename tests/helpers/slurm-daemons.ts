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

/**
 * Ends what jobs have left, and deletes the folder, also when the test's process is killed: jobs outlive the daemons.
 * @returns ends the watch
 */
export function watchTest(folder: string): () => void {
  const mark = `SLURM_CONF=${folder}/slurm.conf`
  const script = `while kill -0 "$1" 2>/dev/null; do sleep 1; done
for pid in $(grep -lzxF "$2" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3); do kill -9 "$pid"; done
rm -rf "$3"`
  const child = spawn('sh', ['-c', script, 'sh', String(process.pid), mark, folder], {
    detached: true,
    stdio: 'ignore',
  })
  child.unref()
  return () => child.kill()
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
