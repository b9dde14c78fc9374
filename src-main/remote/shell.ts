import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import type { FlowerbedError } from '#shared/errors.ts'

/** How a command ended: its exit status, or null where a signal ended it. */
export interface CommandEnd {
  status: number | null
  stderr: string
  /** Why its program could not be started here. */
  error?: Error
}

/** Starts commands of the POSIX shell somewhere. */
export interface Shell {
  /** As the user knows the machine. */
  readonly name: string
  start: (command: string) => Promise<ShellCommand>
  /** Why a command that ended like this had no connection; null where the command itself ended. */
  connectionError: (end: CommandEnd) => FlowerbedError | null
  close: () => Promise<void>
}

/** Most of what is kept of a command's stderr. */
const keptErrorBytes = 16_384

/** A running command of a shell. */
export class ShellCommand {
  private readonly child: ChildProcessWithoutNullStreams
  private readonly mark: string | null
  private readonly killsGroup: boolean
  private stderr = ''
  private isKilled = false
  readonly ended: Promise<CommandEnd>

  /**
   * @param options.mark a line of stdout before which nothing is the command's: a login script may have written it
   * @param options.killsGroup whether `kill` ends what the program has started, too
   */
  constructor(
    file: string,
    args: string[],
    options: { mark?: string; killsGroup?: boolean; env: NodeJS.ProcessEnv },
  ) {
    this.mark = options.mark ?? null
    this.killsGroup = options.killsGroup === true && process.platform !== 'win32'
    this.child = spawn(file, args, {
      stdio: 'pipe',
      env: options.env,
      // Ctrl+C in a terminal is answered by Flowerbed, which may still need the connection.
      detached: process.platform !== 'win32',
      windowsHide: true,
    })
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr = (this.stderr + text).slice(-keptErrorBytes)
    })
    // A command may end before it has read all of its input; its exit status says so.
    this.child.stdin.on('error', () => undefined)
    this.ended = new Promise((resolve) => {
      this.child.once('error', (error) => resolve({ status: null, stderr: '', error }))
      this.child.once('close', (status) => resolve({ status, stderr: this.stderr }))
      // A shared connection keeps the streams of a command that is killed open.
      this.child.once('exit', (status) => {
        if (this.isKilled) resolve({ status, stderr: this.stderr })
      })
    })
  }

  get input(): NodeJS.WritableStream {
    return this.child.stdin
  }

  /** What the command prints, from the mark on. */
  async *output(): AsyncGenerator<Buffer, void> {
    let before: Buffer | null = this.mark === null ? null : Buffer.alloc(0)
    for await (const chunk of this.child.stdout as AsyncIterable<Buffer>) {
      if (before === null) {
        yield chunk
        continue
      }
      before = Buffer.concat([before, chunk])
      const at = before.indexOf(`${this.mark}\n`)
      if (at === -1) continue
      const rest = before.subarray(at + Buffer.byteLength(`${this.mark}\n`))
      before = null
      if (rest.length > 0) yield rest
    }
  }

  kill(): void {
    this.isKilled = true
    const { pid } = this.child
    try {
      if (pid !== undefined && this.killsGroup) process.kill(-pid, 'SIGTERM')
      else this.child.kill()
    } catch {
      // It has ended just now.
    }
    this.child.stdout.destroy()
  }
}
