import { expect, test } from 'vitest'
import { createGuard } from '../../../src-main/guard.ts'
import { createQuitter } from '../../../src-main/app/quitter.ts'

const never = () => new Promise<never>(() => undefined)
const guard = () => createGuard({ notify: () => undefined, log: { error: () => undefined } })

function quitting(options: Partial<Parameters<typeof createQuitter>[0]> = {}) {
  const did: string[] = []
  const note = (what: string) => () => {
    did.push(what)
    return Promise.resolve()
  }
  const quitter = createQuitter({
    guard: guard(),
    running: () => [{ name: 'Faces' }],
    ask: () => Promise.resolve(true),
    beginNoOther: () => void did.push('no other'),
    pause: note('pause'),
    shutDown: note('shut down'),
    leave: () => void did.push('leave'),
    leaveNow: () => void did.push('leave now'),
    times: { pauseMs: 30, shutDownMs: 30, leaveMs: 1_000_000 },
    ...options,
  })
  return { quitter, did }
}
const inOrder = ['no other', 'pause', 'shut down', 'leave']

test('a close asks, writes a checkpoint, ends the processes and quits', async () => {
  const { quitter, did } = quitting()
  quitter.close()
  quitter.close()
  await expect.poll(() => did).toEqual(inOrder)
  expect(quitter.mayClose()).toBe(true)
})

test('a no keeps everything as it is, and it can be asked again', async () => {
  const answers = [false, true]
  const { quitter, did } = quitting({ ask: () => Promise.resolve(answers.shift() ?? false) })
  quitter.close()
  await new Promise(setImmediate)
  expect(did).toEqual([])
  quitter.close()
  await expect.poll(() => did).toEqual(inOrder)
})

test('a signal while the question is open does not wait for its answer, which then changes nothing', async () => {
  let answer: (may: boolean) => void = () => undefined
  const { quitter, did } = quitting({ ask: () => new Promise((resolve) => (answer = resolve)) })
  quitter.close()
  quitter.end()
  await expect.poll(() => did).toEqual(inOrder)
  answer(false)
  await new Promise(setImmediate)
  expect(did).toEqual(inOrder)
  expect(quitter.mayClose()).toBe(true)
})

test('a checkpoint or an end that never comes does not keep the app open', async () => {
  const { quitter, did } = quitting({ pause: never, shutDown: never })
  quitter.end()
  await expect.poll(() => did).toEqual(['no other', 'leave'])
})

test('a second signal does not wait for the checkpoint', async () => {
  const { quitter, did } = quitting({ pause: never, times: { pauseMs: 1_000_000 } })
  quitter.end()
  await new Promise(setImmediate)
  expect(did).toEqual(['no other'])
  quitter.end()
  await expect.poll(() => did).toEqual(['no other', 'shut down', 'leave'])
})

test('whatever fails meanwhile, the app quits', async () => {
  const fail = () => Promise.reject(new Error('database or disk is full'))
  const boom = () => {
    throw new Error('The object has been destroyed')
  }
  const { quitter, did } = quitting({ ask: fail, beginNoOther: boom, pause: boom, shutDown: fail })
  quitter.close()
  await expect.poll(() => did).toEqual(['leave'])
})

test('what still prevents quitting at the end is not waited for', async () => {
  const { quitter, did } = quitting({ leave: () => undefined, times: { leaveMs: 10 } })
  quitter.end()
  await expect.poll(() => did).toEqual(['no other', 'pause', 'shut down', 'leave now'])
})
