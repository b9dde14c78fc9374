import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { EngineEvent, TrainResult } from '#shared/engine-messages.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { FollowLine, JournalEntry } from '#shared/remote/protocol.ts'
import { filesOf } from '../../../src-main/remote/event-files.ts'
import { readJournal } from '../../../src-main/remote/journal-follower.ts'
import type { LaunchEnd } from '../../../src-main/remote/journal-follower.ts'

const result: TrainResult = {
  ...{ outcome: 'finished', step: 9, trainedSeconds: 1, losses: {}, stepsPerSecond: 1 },
}

const metrics = (step: number): EngineEvent => ({
  ...{ type: 'metrics', runId: 'r', points: [{ step, seconds: step, values: { loss: step } }] },
})
const checkpoint = (step: number): EngineEvent => ({
  type: 'checkpoint',
  record: {
    runId: 'r',
    step,
    file: `step-${step}.safetensors`,
    sha256: 'x',
    bytes: 1,
    loss: 1,
    createdAt: 1,
  },
})
const progress = (step: number): EngineEvent => ({
  type: 'progress',
  runId: 'r',
  progress: {
    ...{ step, totalSteps: 9, endsBy: 'steps', trainedSeconds: step, stepsPerSecond: 1, secondsLeft: 1 },
    ...{ losses: {}, activity: 'training' },
  },
})

const unreachable = () => new FlowerbedError('unavailable', 'cut')
const entryOf = (event: EngineEvent, launchId = 'l'): JournalEntry => ({ at: 1, launchId, event })

/** A journal whose connections end after that many lines, each with an error or without. */
function journal(entries: JournalEntry[], cuts: { after: number; fails: boolean }[]) {
  let connection = 0
  return {
    follow: async (
      _: string,
      { offset, onLine, signal }: { offset: number; onLine: (line: FollowLine) => void; signal: AbortSignal },
    ) => {
      const cut = cuts[connection++]
      let said = 0
      for (let at = offset; at < entries.length; at++) {
        if (cut && said === cut.after) {
          if (cut.fails) throw unreachable()
          return
        }
        if (signal.aborted) throw new FlowerbedError('cancelled', 'aborted')
        onLine({ offset: at + 1, entry: entries[at]! })
        onLine({ alive: true, job: { state: 'running', pid: 1, jobId: null, node: 'n' } })
        said++
        if (at % 2 === 0) await Promise.resolve()
      }
    },
  }
}

/** Follows until the launch ends; fetching and recording fail now and then as `faults` says. */
async function followAll(agent: ReturnType<typeof journal>, faults: boolean[] = []) {
  let offset = 0
  const recorded: EngineEvent[] = []
  let end: LaunchEnd | null = null
  let turn = 0
  const fault = () => {
    if (faults[turn++]) throw unreachable()
  }
  const files = new Set<string>()
  for (let attempt = 0; !end && attempt < 1000; attempt++) {
    try {
      end = await readJournal(
        {
          ...{
            runId: 'r',
            launchId: 'l',
            agent,
            signal: new AbortController().signal,
            onJob: () => undefined,
          },
          fetchFiles: async (events) => {
            await Promise.resolve()
            // Some of them have arrived when the connection is lost.
            for (const event of events) {
              fault()
              for (const { path } of filesOf(event)) files.add(path)
            }
            return events.map(() => true)
          },
          record: async (events, to) => {
            await Promise.resolve()
            fault()
            for (const event of events) for (const { path } of filesOf(event)) expect(files).toContain(path)
            recorded.push(...events)
            offset = to
          },
        },
        offset,
      )
    } catch (thrown) {
      expect(thrown).toMatchObject({ kind: 'unavailable' })
    }
  }
  return { recorded, end, offset }
}

const kept = (events: EngineEvent[]) => events.filter(({ type }) => type !== 'progress')

it('records each event once and in order, wherever the connection, the disk or a transfer fails', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(metrics, checkpoint, progress), { maxLength: 30 }),
      fc.array(fc.record({ after: fc.nat(8), fails: fc.boolean() }), { maxLength: 20 }),
      fc.array(fc.boolean(), { maxLength: 40 }),
      async (kinds, cuts, faults) => {
        const events = kinds.map((make, step) => make(step))
        const entries = [...events.map((event) => entryOf(event)), { at: 2, launchId: 'l', ended: result }]
        const { recorded, end, offset } = await followAll(journal(entries, cuts), faults)
        expect(end).toEqual({ result })
        expect(kept(recorded)).toEqual(kept(events))
        // Of progress the newest of several is enough, and none goes back.
        const steps = recorded.flatMap((event) => (event.type === 'progress' ? [event.progress.step] : []))
        expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b))
        expect(offset).toBe(events.length)
      },
    ),
    { numRuns: 200 },
  )
})

it('leaves out what is of another launch or another run', async () => {
  const foreign: EngineEvent = { type: 'warning', runId: 'other', message: 'no' }
  const entries: JournalEntry[] = [
    entryOf(metrics(1), 'before'),
    { at: 1, launchId: 'before', ended: result },
    entryOf(foreign),
    entryOf(metrics(2)),
    { at: 1, launchId: 'l', failed: { name: 'FlowerbedError', kind: 'non-finite', message: 'NaN' } },
  ]
  const { recorded, end } = await followAll(journal(entries, []))
  expect(recorded).toEqual([metrics(2)])
  expect(end).toMatchObject({ error: { kind: 'non-finite', message: 'NaN' } })
})

it('says that nothing trains the run any more only behind all that happened before', async () => {
  const lines: FollowLine[] = [
    { offset: 1, entry: entryOf(metrics(1)) },
    { alive: true, job: { state: 'lost', reason: 'killed' } },
  ]
  const agent = {
    follow: (_: string, { onLine }: { onLine: (line: FollowLine) => void }) => {
      lines.forEach(onLine)
      return Promise.resolve()
    },
  }
  const { recorded, end } = await followAll(agent)
  expect(recorded).toEqual([metrics(1)])
  expect(end).toMatchObject({ error: { kind: 'crashed' } })
})

it('does not hold a long journal in memory: it is read on from where recording is', async () => {
  const events = Array.from({ length: 12_000 }, (_, step) => metrics(step))
  const entries = [...events.map((event) => entryOf(event)), { at: 2, launchId: 'l', ended: result }]
  let most = 0
  const agent = journal(entries, [])
  const counted = {
    follow: async (run: string, options: Parameters<typeof agent.follow>[1]) => {
      let lines = 0
      await agent.follow(run, {
        ...options,
        onLine: (line) => {
          lines++
          options.onLine(line)
        },
      })
      most = Math.max(most, lines)
    },
  }
  const { recorded, end } = await followAll(counted)
  expect(end).toEqual({ result })
  expect(recorded).toHaveLength(12_000)
  expect(most).toBeLessThan(24_000)
})
