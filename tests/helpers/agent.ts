import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { EngineEvent } from '#shared/engine-messages.ts'
import { resolveConfig } from '#shared/presets.ts'
import { protocolVersion } from '#shared/remote/protocol.ts'
import type {
  ControlRequest,
  FollowLine,
  JournalEntry,
  LaunchRequest,
  RunStatusThere,
} from '#shared/remote/protocol.ts'
import type { RunConfig } from '#shared/schemas/run-config.ts'
import { runtimesDirectory } from '../../src-main/tensorflow/layout.ts'
import { halves, packedDataset } from './dataset.ts'
import { temporaryFolder } from './folder.ts'

export const agentFile = resolve(import.meta.dirname, '../../src-main/agent/main.ts')

/** What the images of a target's dataset are like, and its id there. */
export const targetDataset = { id: 'halves', count: 20, shape: { height: 8, width: 8, channels: 1 } } as const

/** Settings of a run of seconds whose numbers are the same each time. */
export const shortConfig = (changes: Partial<RunConfig> = {}): RunConfig =>
  resolveConfig('pixel-posterior', {
    ...{ steps: 12, batch: 4, hidden: 8, network: 'conv', precision: 'fp32', flip: true },
    ...{ sampleEvery: 0, sampleCount: 1, sampleSteps: 2, checkpointEvery: 4, ...changes },
  })

let launches = 0

/** What is sent to `agent launch`, with a launch id of its own. */
export const launchRequest = (runId: string, changes: Partial<LaunchRequest> = {}): LaunchRequest => ({
  ...{ protocol: protocolVersion, runId, launchId: `launch-${process.pid}-${++launches}` },
  ...{ datasetId: targetDataset.id, config: shortConfig(), device: 'cpu' },
  ...changes,
})

/**
 * The folder of a target with the agent of this checkout, this machine's TensorFlow and a small dataset; nothing trains in it
 * any more once it is removed.
 * @param options.path of a folder that is there, such as a small disk
 */
export function agentTarget(name: string, options: { path?: string } = {}) {
  const folder = options.path === undefined ? temporaryFolder(name) : null
  const path = options.path ?? folder?.path ?? ''
  mkdirSync(join(path, 'datasets'), { recursive: true })
  symlinkSync(runtimesDirectory(), join(path, 'runtime'))
  const { id, count, shape } = targetDataset
  packedDataset(join(path, 'datasets', id), { count, shape, pixel: halves(shape) })
  const pids = new Set<number>()

  /** Runs a command of the agent to its end, or until `enough`; answers its lines. */
  const agent = (args: string[], { input, enough }: { input?: unknown; enough?: Enough } = {}) =>
    new Promise<unknown[]>((done) => {
      const child = spawn(process.execPath, [agentFile, '--folder', path, ...args], {
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      let out = ''
      const lines = () =>
        out
          .slice(0, out.lastIndexOf('\n') + 1)
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as unknown)
      child.stdout.on('data', (chunk: Buffer) => {
        out += chunk.toString()
        if (enough?.(lines())) child.kill('SIGKILL')
      })
      child.on('close', () => done(lines()))
      child.stdin.end(input === undefined ? '' : JSON.stringify(input))
    })

  const status = async (runId: string, args: string[] = ['status', runId], input?: unknown) => {
    const [answer] = (await agent(args, { input })) as [RunStatusThere & { error?: never }]
    const { job } = answer
    if ((job as typeof job | undefined)?.state === 'running' && job.state === 'running' && job.pid !== null)
      pids.add(job.pid)
    return answer
  }

  return {
    path,
    agent,
    status,
    launch: (request: LaunchRequest) => status(request.runId, ['launch'], request),
    control: (runId: string, request: ControlRequest) => status(runId, ['control', runId], request),
    /** Lines of `follow` to its end, or until its entries are enough. */
    follow: async (runId: string, { offset = 0, until }: { offset?: number; until?: Until } = {}) =>
      (await agent(['follow', runId, '--offset', String(offset)], {
        ...(until ? { enough: (lines) => until(entriesOf(lines as FollowLine[])) } : {}),
      })) as FollowLine[],
    /** Where the launch of a run stands once it is there, or has ended. */
    waitFor: async (runId: string, state: RunStatusThere['job']['state']) => {
      for (;;) {
        const found = await status(runId)
        if (found.job.state === state) return found
        await delay(100)
      }
    },
    /** The journal as it is, without a line that is just being written. */
    journal: (runId: string) =>
      readFileSync(join(path, 'runs', runId, 'journal.jsonl'), 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as JournalEntry),
    remove: () => {
      for (const pid of pids) kill(pid)
      folder?.remove()
    },
  }
}

type Enough = (lines: unknown[]) => boolean
type Until = (entries: JournalEntry[]) => boolean

/** The entries among the lines of `follow`. */
export const entriesOf = (lines: FollowLine[]): JournalEntry[] =>
  lines.flatMap((line) => ('entry' in line ? [line.entry] : []))

/** Whether an entry is an event of a type. */
export const isEvent =
  (type: EngineEvent['type']) =>
  (entry: JournalEntry): boolean =>
    'event' in entry && entry.event.type === type

/** The loss of each step that entries say, in their order. */
export const lossesOf = (entries: JournalEntry[]): [step: number, loss: number | undefined][] =>
  entries
    .flatMap((entry) => ('event' in entry && entry.event.type === 'metrics' ? entry.event.points : []))
    .map(({ step, values }) => [step, values['loss']])

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}
