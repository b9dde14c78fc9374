import { expect, it, vi } from 'vitest'
import { FlowerbedError } from '#shared/errors.ts'
import { answerRequest } from '../../../src-main/ipc/dispatch.ts'
import type { Handlers } from '../../../src-main/ipc/dispatch.ts'

const pause = vi.fn()
const handlers = { 'runs.pause': pause } as unknown as Handlers

it('hands a handler its parsed argument and answers its result', async () => {
  pause.mockResolvedValueOnce('paused')
  expect(await answerRequest(handlers, 'runs.pause', { id: 'a' })).toEqual({ ok: true, value: 'paused' })
  expect(pause).toHaveBeenLastCalledWith({ id: 'a' })
})

it.each([
  ['an unknown key', { id: 'a', force: true }],
  ['a value of another type', { id: 1 }],
  ['a missing argument', undefined],
])('refuses %s without calling the handler', async (_, argument) => {
  pause.mockClear()
  const reply = await answerRequest(handlers, 'runs.pause', argument)
  expect(reply).toMatchObject({ ok: false, error: { kind: 'bad-input' } })
  expect(pause).not.toHaveBeenCalled()
})

it.each(['runs.explode', 'toString', '__proto__', 3])('refuses the unknown channel %s', async (channel) => {
  const reply = await answerRequest(handlers, channel, undefined)
  expect(reply).toMatchObject({ ok: false, error: { kind: 'internal' } })
})

it('answers what a handler throws as an error with its kind and hint', async () => {
  pause.mockRejectedValueOnce(new FlowerbedError('conflict', 'Not now.', { hint: 'Later.' }))
  const reply = await answerRequest(handlers, 'runs.pause', { id: 'a' })
  expect(reply).toMatchObject({ ok: false, error: { kind: 'conflict', message: 'Not now.', hint: 'Later.' } })
})
