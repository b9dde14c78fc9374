import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { EngineEvent, TrainResult } from '#shared/engine-messages.ts'
import { FlowerbedError, serializeError } from '#shared/errors.ts'
import { protocolVersion } from '#shared/remote/protocol.ts'
import type { ControlRequest, JobState, JournalEntry, LaunchRequest } from '#shared/remote/protocol.ts'
import { AgentClient } from '../../src-main/remote/agent-client.ts'
import type {
  FetchedFile,
  FileToFetch,
  RemoteHost,
  RunOptions,
  TransferOptions,
} from '../../src-main/remote/remote-host.ts'
import type { TargetAccess } from '../../src-main/remote/target-access.ts'

const unreachable = () => new FlowerbedError('unavailable', 'no connection')

/** A target in memory, which says what an agent says: its journal is written by the test, its connection cut by it. */
export class FakeTarget implements RemoteHost, TargetAccess {
  readonly name = 'mars'
  readonly journal: string[] = []
  readonly files = new Map<string, string>()
  readonly launches: LaunchRequest[] = []
  readonly controls: ControlRequest[] = []
  readonly datasets: string[] = []
  readonly starts: string[] = []
  job: JobState = { state: 'absent' }
  isDown = false
  /** The answer to a launch is lost on its way, that many times. */
  lostAnswers = 0
  private wake: (() => void)[] = []

  /** Writes to the journal of the present launch. */
  write(...entries: ({ event: EngineEvent } | { ended: TrainResult } | { failed: FlowerbedError })[]): void {
    const launchId = this.launches.at(-1)?.launchId ?? ''
    for (const entry of entries) {
      const said = 'failed' in entry ? { failed: serializeError(entry.failed) } : entry
      this.journal.push(`${JSON.stringify({ at: 1, launchId, ...said } satisfies JournalEntry)}\n`)
      if ('ended' in entry || 'failed' in entry) this.job = { state: 'ended' }
    }
    this.news()
  }

  lose(reason: string): void {
    this.job = { state: 'lost', reason }
    this.news()
  }

  cut(): void {
    this.isDown = true
    this.news()
  }

  restore(): void {
    this.isDown = false
  }

  examine(): Promise<never> {
    return Promise.reject(unreachable())
  }

  start(name: string): Promise<void> {
    this.starts.push(name)
    return Promise.resolve()
  }

  async clearDeleted(): Promise<void> {
    await this.connect()
  }

  async reach(): Promise<void> {
    await this.connect()
  }

  async prepare() {
    await this.connect()
    return { host: this, agent: new AgentClient(this, 'agent'), folder: '/there' }
  }

  async sendDataset(_: unknown, { datasetId, onProgress }: Parameters<TargetAccess['sendDataset']>[1]) {
    await this.connect()
    onProgress({ what: 'dataset', done: 1, total: 2 })
    this.datasets.push(datasetId)
  }

  async run(command: string, { input = '' }: RunOptions = {}): Promise<string> {
    await this.connect()
    const [, name] = command.split(' ')
    if (name === 'launch') this.launch(JSON.parse(input) as LaunchRequest)
    if (name === 'control') this.controls.push(JSON.parse(input) as ControlRequest)
    if (name === 'launch' && this.lostAnswers-- > 0) throw unreachable()
    const launchId = this.launches.at(-1)?.launchId ?? null
    const journalBytes = this.journal.join('').length
    return `${JSON.stringify({ protocol: protocolVersion, launchId, job: this.job, journalBytes, checkpoint: null })}\n`
  }

  private launch(request: LaunchRequest): void {
    if (this.launches.some(({ launchId }) => launchId === request.launchId)) return
    this.launches.push(request)
    this.job = { state: 'running', pid: 1, jobId: null, node: 'mars-1' }
  }

  async lines(command: string, { onLine, signal }: RunOptions & { onLine: (line: string) => void }) {
    let offset = Number(/--offset (\d+)/.exec(command)?.[1])
    for (;;) {
      await this.connect()
      if (signal?.aborted) throw new FlowerbedError('cancelled', 'aborted')
      for (const line of this.journal.join('').slice(offset).split('\n').slice(0, -1)) {
        offset += line.length + 1
        onLine(JSON.stringify({ offset, entry: JSON.parse(line) as unknown }))
      }
      onLine(JSON.stringify({ alive: true, job: this.job }))
      if (this.job.state !== 'running') return
      await new Promise<void>((resolve) => {
        this.wake.push(resolve)
        signal?.addEventListener('abort', () => resolve())
      })
    }
  }

  async send(from: string, to: string, { onProgress }: TransferOptions): Promise<void> {
    await this.connect()
    this.files.set(to, from)
    onProgress?.({ done: 1, total: 1 })
  }

  async fetch(from: string, to: string): Promise<void> {
    await this.connect()
    const bytes = this.files.get(from)
    if (bytes === undefined) throw new FlowerbedError('not-found', `no ${from}`)
    writeFileSync(to, bytes)
  }

  async fetchMany(from: string, files: readonly FileToFetch[]): Promise<FetchedFile[]> {
    await this.connect()
    return files.map(({ path, to }) => {
      const bytes = this.files.get(`${from}/${path}`)
      if (bytes === undefined) return { state: 'absent' }
      mkdirSync(dirname(to), { recursive: true })
      writeFileSync(to, bytes)
      return { state: 'here' }
    })
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  private async connect(): Promise<void> {
    await Promise.resolve()
    if (this.isDown) throw unreachable()
  }

  private news(): void {
    for (const wake of this.wake.splice(0)) wake()
  }
}
