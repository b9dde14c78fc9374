import { afterEach, expect, it, vi } from 'vitest'
import type { AppEvent } from '#shared/ipc.ts'

/** Not by its name: these tests are checked without the types of a page. */
const page = new URL('../../../../src-renderer/api/events.ts', import.meta.url).href
type On = (type: string, listener: (event: never) => void) => () => void

afterEach(() => vi.unstubAllGlobals())

it('hands what came before anybody listened to all who listen from the start, not to the first alone', async () => {
  const early: AppEvent[] = [
    { type: 'runDeleted', id: 'a' },
    { type: 'notice', level: 'info', message: 'early' },
  ]
  // As the preload does: the first subscription takes what has arrived.
  const onEvent = (listener: (event: AppEvent) => void) => early.splice(0).forEach(listener)
  vi.stubGlobal('window', { api: { onEvent } })
  const received: string[] = []
  const { on } = (await import(page)) as { on: On }
  on('runDeleted', ({ id }: { id: string }) => received.push(id))
  on('notice', ({ message }: { message: string }) => received.push(message))
  await Promise.resolve()
  expect(received).toEqual(['a', 'early'])
})
