import { execFile, spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { WorkerHost } from '#shared/workers.ts'
import { lineChannel } from '../../processes/line-channel.ts'
import { createCaller } from '../../processes/rpc.ts'
import type { Caller } from '../../processes/rpc.ts'
import type { Forwards, WorkerEvent, WorkerRequests } from './worker-messages.ts'

/** Most of what is kept of ssh's messages. */
const keptErrorBytes = 4096

/**
 * A worker on another machine, and the connection of OpenSSH that it lives by: the worker's messages are lines of its streams,
 * and ports of both machines are forwarded over it. The end of the connection ends the worker and the ports.
 */
export class SshLink {
  /** Resolves with what ssh said when the connection has ended. */
  readonly ended: Promise<string>
  private readonly host: WorkerHost
  private readonly folder: string
  readonly worker: Caller<WorkerRequests>
  private readonly ssh: ChildProcessWithoutNullStreams

  constructor(host: WorkerHost, onEvent: (event: WorkerEvent) => void) {
    this.host = host
    // A socket's path may have about 100 bytes; macOS has a long folder for temporary files.
    this.folder = mkdtempSync(join(tmpdir().length < 60 ? tmpdir() : '/tmp', 'flowerbed-worker-'))
    const [program = 'ssh', ...options] = host.ssh
    const own = ['-o', 'ControlMaster=yes', '-o', 'ControlPersist=no', '-S', this.socket]
    this.ssh = spawn(program, [...own, ...options, '--', host.host, host.command], {
      stdio: 'pipe',
      // Messages are read in English.
      env: { ...process.env, LC_ALL: 'C' },
      // Ctrl+C in a terminal is answered by Flowerbed, which still needs the connection.
      detached: true,
    })
    let said = ''
    this.ssh.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-keptErrorBytes)
    })
    this.ended = new Promise((resolve) => {
      this.ssh.once('error', ({ message }) => resolve(message))
      this.ssh.once('exit', () => resolve(lastLine(said)))
    })
    this.worker = createCaller<WorkerRequests, WorkerEvent>({
      // The end of ssh says more than that of its streams.
      channel: {
        ...lineChannel({ input: this.ssh.stdout, output: this.ssh.stdin }),
        onClose: () => undefined,
      },
      name: host.name,
      onEvent,
    })
  }

  /** The answer to a request. @throws FlowerbedError `unavailable` when the connection ends before it */
  async orLost<T>(answer: Promise<T>): Promise<T> {
    const lost = this.ended.then((said): never => {
      const text = errorText('cluster.hostLost', { name: this.host.name, said })
      throw new FlowerbedError('unavailable', text)
    })
    return await Promise.race([answer, lost])
  }

  /** Tells the worker that it is still wanted. */
  ping(): void {
    void this.worker.request('ping', undefined).catch(() => undefined)
  }

  /**
   * Forwards ports over the connection; answers those that were chosen there.
   * @throws FlowerbedError `unavailable` where the other machine does not forward
   */
  async forward({ there, here }: Forwards): Promise<number[]> {
    const [program = 'ssh'] = this.host.ssh
    const args = [
      // Only what is asked for, not what the user's configuration forwards.
      ...['-F', 'none', '-S', this.socket, '-O', 'forward'],
      ...there.flatMap(({ listen, to }) => ['-L', `127.0.0.1:${listen}:127.0.0.1:${to}`]),
      ...here.flatMap((to) => ['-R', `127.0.0.1:0:127.0.0.1:${to}`]),
      ...['--', this.host.host],
    ]
    const { name } = this.host
    return await new Promise((resolve, reject) => {
      execFile(
        program,
        args,
        { env: { ...process.env, LC_ALL: 'C' }, timeout: 30_000 },
        (error, out, said) => {
          const ports = out.trim().split(/\s+/).filter(Boolean).map(Number)
          if (!error && ports.length === here.length) resolve(ports)
          else
            reject(
              new FlowerbedError(
                'unavailable',
                errorText('cluster.noForwards', { name, said: lastLine(said) }),
              ),
            )
        },
      )
    })
  }

  /** Ends the connection, and the worker with it. */
  async end(): Promise<void> {
    this.ssh.kill('SIGKILL')
    await this.ended
    rmSync(this.folder, { recursive: true, force: true })
  }

  private get socket(): string {
    return join(this.folder, 's')
  }
}

const lastLine = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .findLast((line) => line !== '') ?? ''
