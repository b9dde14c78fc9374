import { expect, test } from 'vitest'
import { waitForMemory } from '../../../../src-main/engine/training/memory-wait.ts'
import type { SharedGpu } from '../../../../src-main/engine/training/memory-wait.ts'

const estimate = (availableBytes: number) => ({
  ...{
    neededBytes: 9e9,
    availableBytes,
    fits: availableBytes >= 9e9,
    parts: availableBytes >= 9e9 ? 1 : null,
  },
  ...{ fittingBatch: null, checkpointingFits: false },
})
const user = { pid: 7, name: 'python', bytes: 20e9 }
const gpu = (freeBytes: number, totalBytes = 24e9): SharedGpu => ({ totalBytes, freeBytes, users: [user] })

function waitOn(states: (SharedGpu | null)[], cancel = new AbortController()) {
  const said: string[] = []
  let looks = 0
  const estimated: number[] = []
  const done = waitForMemory({
    readGpu: () => states[Math.min(looks++, states.length - 1)] ?? null,
    estimate: (bytes) => {
      estimated.push(bytes)
      return estimate(bytes)
    },
    onWait: (message) => said.push(message),
    signal: cancel.signal,
    everyMs: 1,
  })
  return { done, said, estimated, looks: () => looks }
}

test('a run waits until there is room, and says once who uses the memory', async () => {
  const { done, said, estimated, looks } = waitOn([gpu(2e9), gpu(2e9), gpu(4e9), gpu(10e9)])
  await done
  expect(looks()).toBe(4)
  // Once of the whole GPU, and only where more is free than before.
  expect(estimated).toEqual([2e9, 24e9, 4e9, 10e9])
  expect(said).toEqual([
    'The GPU’s memory is in use: 9.0 GB are needed, 2.0 GB are free. Training begins when there is room. It is used by python (process 7, 20.0 GB).',
    expect.stringContaining('4.0 GB are free'),
  ])
})

test.each([
  ['fits', [gpu(10e9)]],
  ['would not fit on the whole GPU', [gpu(2e9, 8e9)]],
  ['is on a GPU of which nothing is reported', [null]],
])('a run that %s does not wait', async (_, states) => {
  const { done, said, looks } = waitOn(states)
  await done
  expect([looks(), said]).toEqual([1, []])
})

test('waiting is cancelled', async () => {
  const cancel = new AbortController()
  const { done } = waitOn([gpu(2e9)], cancel)
  cancel.abort()
  await expect(done).rejects.toMatchObject({ kind: 'cancelled' })
})
