import { createPinia, setActivePinia } from 'pinia'
import { effectScope } from 'vue'
import { serializeError } from '#shared/errors.ts'
import type { AppEvent, IpcChannel, IpcResult } from '#shared/ipc.ts'

/** A request of the page that the test answers when it pleases. */
export interface Asked {
  channel: IpcChannel
  argument: unknown
  answer: (value: unknown) => Promise<void>
  refuse: (thrown: unknown) => Promise<void>
}

const listeners = new Set<(event: AppEvent) => void>()
/** As the preload does: what is told before anybody listens is kept for the first who does. */
const early: AppEvent[] = []

/** Stands in for main behind `window.api`: requests wait in `asked`, and events come when the test says so. */
export function fakeMain() {
  const asked: Asked[] = []
  const settled = () => new Promise<void>((resolve) => setTimeout(resolve))
  const api = {
    request: (channel: IpcChannel, argument: unknown) =>
      new Promise((resolve) => {
        const reply = (value: unknown) => {
          resolve(value)
          return settled()
        }
        asked.push({
          channel,
          argument,
          answer: (value) => reply({ ok: true, value }),
          refuse: (thrown) => reply({ ok: false, error: serializeError(thrown) }),
        })
      }),
    onEvent: (listener: (event: AppEvent) => void) => {
      listeners.add(listener)
      for (const event of early.splice(0)) listener(event)
      return () => listeners.delete(listener)
    },
    pathOf: () => '',
    platform: 'linux',
  }
  Object.assign(globalThis, { window: { api } })
  setActivePinia(createPinia())
  /** The requests of a channel, oldest first. */
  const of = (channel: IpcChannel) => asked.filter((one) => one.channel === channel)
  return {
    asked,
    of,
    settled,
    tell: (event: AppEvent) => {
      if (listeners.size === 0) early.push(event)
      for (const listener of listeners) listener(event)
    },
    /** The last request of a channel. */
    last: (channel: IpcChannel): Asked => {
      const found = of(channel).at(-1)
      if (!found) throw new Error(`Nothing was asked of ${channel}`)
      return found
    },
  }
}

/** Runs a composable as a component does; `leave` is its unmounting. */
export function mounted<T>(use: () => T): { used: T; leave: () => void } {
  const scope = effectScope()
  const used = scope.run(use) as T
  return { used, leave: () => scope.stop() }
}

/** A part of an answer, where the test needs no more of it. */
export const partOf = <C extends IpcChannel>(_channel: C, part: Partial<IpcResult<C>>): IpcResult<C> =>
  part as IpcResult<C>
