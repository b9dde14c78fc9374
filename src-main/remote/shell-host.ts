import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { errorText } from '#shared/error-text.ts'
import { deserializeError, FlowerbedError, toFlowerbedError } from '#shared/errors.ts'
import type { ErrorKind } from '#shared/errors.ts'
import { errorLineSchema } from '#shared/remote/protocol.ts'
import { fetchFile } from './fetch-file.ts'
import { fetchMany } from './fetch-many.ts'
import type { FetchedFile, FileToFetch, RemoteHost, RunOptions, TransferOptions } from './remote-host.ts'
import { sendFile } from './send-file.ts'
import type { CommandEnd, Shell } from './shell.ts'
import type { CommandWork } from './stream-host.ts'
import { lastLine } from './ssh-failures.ts'

/** A machine whose commands a shell starts. */
export class ShellHost implements RemoteHost {
  private readonly shell: Shell

  constructor(shell: Shell) {
    this.shell = shell
  }

  get name(): string {
    return this.shell.name
  }

  async run(command: string, options: RunOptions = {}): Promise<string> {
    const chunks: Buffer[] = []
    const consume = async (output: AsyncIterable<Buffer>): Promise<void> => {
      for await (const chunk of output) chunks.push(chunk)
    }
    const text = () => Buffer.concat(chunks).toString()
    await this.perform(command, options, {
      consume,
      feed: (input) => input.end(options.input ?? ''),
      said: text,
    })
    return text()
  }

  async lines(command: string, options: RunOptions & { onLine: (line: string) => void }): Promise<void> {
    let last = ''
    await this.perform(command, options, {
      feed: (input) => input.end(options.input ?? ''),
      said: () => last,
      consume: async (output, alive) => {
        for await (const line of createInterface({ input: Readable.from(output), crlfDelay: Infinity })) {
          alive()
          last = line
          options.onLine(line)
        }
      },
    })
  }

  async send(from: string, to: string, options: TransferOptions): Promise<void> {
    await sendFile(this, { from, to, ...options })
  }

  async fetch(from: string, to: string, options: TransferOptions): Promise<void> {
    await fetchFile(this, { from, to, ...options })
  }

  async fetchMany(
    from: string,
    files: readonly FileToFetch[],
    options: { signal?: AbortSignal },
  ): Promise<FetchedFile[]> {
    return await fetchMany(this, { from, files, ...options })
  }

  async close(): Promise<void> {
    await this.shell.close()
  }

  /**
   * Runs a command whose input and output are streams; `known` are exit statuses with a meaning of their own.
   * @returns its exit status
   * @throws FlowerbedError as `run`
   */
  async perform(
    command: string,
    { timeoutMs, signal }: Pick<RunOptions, 'timeoutMs' | 'signal'>,
    work: CommandWork,
  ): Promise<number> {
    if (signal?.aborted) throw cancelled()
    const running = await this.shell.start(command)
    const silence = new AbortController()
    const onAbort = () => running.kill()
    const onSilence = () => {
      silence.abort()
      running.kill()
    }
    const fail = (thrown: unknown) => {
      failures.push(thrown instanceof Error ? thrown : toFlowerbedError(thrown))
      running.kill()
    }
    let timer = timeoutMs === undefined ? undefined : setTimeout(onSilence, timeoutMs)
    signal?.addEventListener('abort', onAbort)
    // While the command was started.
    if (signal?.aborted) onAbort()
    const failures: Error[] = []
    try {
      const feeding = Promise.resolve(work.feed(running.input)).catch(fail)
      await work.consume(running.output(), () => (timer = timer?.refresh())).catch(fail)
      const end = await running.ended
      await feeding
      if (signal?.aborted) throw cancelled()
      if (silence.signal.aborted)
        throw new FlowerbedError('unavailable', errorText('remote.silent', { name: this.name }))
      // What was read or written here failed, and ended the command.
      if (failures[0]) throw failures[0]
      const lost = this.shell.connectionError(end)
      if (lost) throw lost
      if (end.status !== 0 && !work.known?.includes(end.status ?? 0))
        throw this.failed(end, work.said?.() ?? '')
      return end.status ?? 0
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    }
  }

  /** Why a command failed: the error that the agent answered, or what the command wrote to stderr. */
  private failed({ status, stderr }: CommandEnd, said: string): FlowerbedError {
    const answered = agentError(lastLine(said))
    if (answered) return answered
    const { name } = this
    const reason = lastLine(stderr.replaceAll(/^.*(?:records (?:in|out)| copied, ).*$/gm, ''))
    if (/No space left on device|Disk quota exceeded/.test(stderr))
      return new FlowerbedError('no-space', errorText('remote.full', { name }), { where: reason })
    const kind = kindOf(status, reason)
    if (status === 127) return new FlowerbedError(kind, errorText('remote.commandMissing', { name, reason }))
    return new FlowerbedError(
      kind,
      reason === ''
        ? errorText('remote.commandEnded', { name, status: status ?? '?' })
        : errorText('remote.commandFailed', { name, reason }),
    )
  }
}

function kindOf(status: number | null, reason: string): ErrorKind {
  if (status === 127) return 'not-found'
  return /Permission denied|Read-only file system|Not a directory/.test(reason) ? 'bad-input' : 'crashed'
}

const cancelled = () => new FlowerbedError('cancelled', errorText('remote.cancelled'))

function agentError(line: string): FlowerbedError | null {
  if (!line.startsWith('{')) return null
  try {
    const { data } = errorLineSchema.safeParse(JSON.parse(line))
    return data ? deserializeError(data.error) : null
  } catch {
    return null
  }
}
