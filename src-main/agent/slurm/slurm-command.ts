import { execFile } from 'node:child_process'
import { hostname } from 'node:os'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'

/** How a command of Slurm ended. */
export interface SlurmAnswer {
  ok: boolean
  stdout: string
  stderr: string
}

/** Slurm asks its controller again for this long by itself, by its default. */
const longestMs = 60_000

/**
 * Runs a command of Slurm.
 * @param options.env further variables; undefined removes one
 * @throws FlowerbedError `unavailable` where the command is missing or the controller does not answer
 */
export async function slurmCommand(
  command: string,
  args: string[],
  { env = {}, timeoutMs = longestMs }: { env?: NodeJS.ProcessEnv; timeoutMs?: number } = {},
): Promise<SlurmAnswer> {
  const answer = await new Promise<SlurmAnswer>((done, fail) => {
    execFile(
      command,
      args,
      {
        env: { ...process.env, LC_ALL: 'C', ...env },
        timeout: timeoutMs,
        killSignal: 'SIGKILL',
        maxBuffer: 16 * 1024 * 1024,
      },
      (error, stdout, stderr) => {
        if (error && 'code' in error && error.code === 'ENOENT') fail(missing(command, error))
        else if (error?.killed) fail(noAnswer(error))
        else done({ ok: !error, stdout, stderr })
      },
    )
  })
  if (!answer.ok && isUnreachable(answer.stderr)) throw noAnswer(new Error(answer.stderr))
  return answer
}

const unreachable = [
  /Unable to contact slurm controller/i,
  /Unable to (establish controller machine|contact a controller)/i,
  /Socket timed out on send\/recv operation/i,
  /Slurm (backup )?controller in standby mode/i,
  /Zero Bytes were transmitted or received/i,
  /Connection refused/i,
]

/** Whether Slurm says that its controller does not answer: it restarts, or the network is gone. */
export const isUnreachable = (stderr: string): boolean => unreachable.some((pattern) => pattern.test(stderr))

const missing = (command: string, cause: Error) =>
  new FlowerbedError('unavailable', errorText('slurm.missing', { command, host: hostname() }), { cause })

const noAnswer = (cause: Error) =>
  new FlowerbedError('unavailable', errorText('slurm.noAnswer', { host: hostname() }), { cause })
