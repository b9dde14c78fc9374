import { afterEach, expect, it, vi } from 'vitest'
import type { AppEvent } from '#contract/ipc.ts'
import { on } from '../../../../src-renderer/api/events.ts'

afterEach(() => vi.unstubAllGlobals())

it('hands what came before anybody listened to all who listen from the start, not to the first alone', async () => {
  const early: AppEvent[] = [
    { type: 'runDeleted', id: 'a' },
    { type: 'notice', level: 'info', message: 'early' },
  ]
  // As the preload does: the first subscription takes what has arrived.
  const onEvent = (listener: (event: AppEvent) => void) => early.splice(0).forEach(listener)
  vi.stubGlobal('window', { api: { onEvent } })
  const heard: string[] = []
  on('runDeleted', ({ id }) => heard.push(id))
  on('notice', ({ message }) => heard.push(message))
  await Promise.resolve()
  expect(heard).toEqual(['a', 'early'])
})
