import { describe, expect, it } from 'vitest'
import { FlowerbedError } from '#shared/errors.ts'
import { createCaller, serveCalls } from '../../../src-main/processes/rpc.ts'
import type { Channel } from '../../../src-main/processes/rpc.ts'

interface Sums {
  add: [{ a: number; b: number }, number]
  fail: [void, never]
  never: [void, void]
}

/** Two ends joined by structured clones, as processes are. */
function pair(): { parent: Channel; child: Channel; close: () => void } {
  const ends = [0, 1].map(() => ({ messages: [] as ((m: unknown) => void)[], closes: [] as (() => void)[] }))
  const end = (self: number): Channel => ({
    post: (message) => {
      const copy: unknown = structuredClone(message)
      queueMicrotask(() => ends[1 - self]!.messages.forEach((listener) => listener(copy)))
    },
    onMessage: (listener) => ends[self]!.messages.push(listener),
    onClose: (listener) => ends[self]!.closes.push(listener),
  })
  return { parent: end(0), child: end(1), close: () => ends.forEach((e) => e.closes.forEach((c) => c())) }
}

function connect() {
  const { parent, child, close } = pair()
  const events: string[] = []
  const server = serveCalls<Sums, string>({
    channel: child,
    handlers: {
      add: ({ a, b }) => a + b,
      fail: () => {
        throw new FlowerbedError('no-space', 'Full.', { hint: 'Empty it.' })
      },
      never: () => new Promise<void>(() => undefined),
    },
  })
  const caller = createCaller<Sums, string>({
    channel: parent,
    onEvent: (event) => events.push(event),
    name: 'sums',
  })
  return { caller, server, events, close }
}

describe('calls to a child process', () => {
  it('answers each call with its own result, in whatever order', async () => {
    const { caller } = connect()
    const sums = await Promise.all([1, 2, 3].map((n) => caller.request('add', { a: n, b: n })))
    expect(sums).toEqual([2, 4, 6])
    expect(caller.pending).toBe(0)
  })

  it('carries a refusal with its kind and hint, and an unknown request as internal', async () => {
    const { caller } = connect()
    await expect(caller.request('fail', undefined)).rejects.toMatchObject({
      kind: 'no-space',
      hint: 'Empty it.',
    })
    await expect(caller.request('constructor' as 'fail', undefined)).rejects.toMatchObject({
      kind: 'internal',
    })
  })

  it('delivers events', async () => {
    const { server, events } = connect()
    server.emit('hello')
    await Promise.resolve()
    expect(events).toEqual(['hello'])
  })

  it('rejects what is pending, and what comes later, when the other end is gone', async () => {
    const { caller, close } = connect()
    const pending = caller.request('never', undefined)
    close()
    await expect(pending).rejects.toMatchObject({ kind: 'crashed' })
    await expect(caller.request('add', { a: 1, b: 1 })).rejects.toMatchObject({ kind: 'crashed' })
  })
})
