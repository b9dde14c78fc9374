import type { AppEvent } from '#shared/ipc.ts'
import { onEvent } from './index.ts'

type EventType = AppEvent['type']
type EventOf<T extends EventType> = Extract<AppEvent, { type: T }>
type Listener = (event: AppEvent) => void

const listeners = new Map<EventType, Set<Listener>>()
let connected = false

function connect(): void {
  if (connected) return
  connected = true
  // What arrived early is handed over at once, so all who listen from the start must have said so before.
  queueMicrotask(() =>
    onEvent((event) => {
      for (const listener of listeners.get(event.type) ?? []) {
        try {
          listener(event)
        } catch (thrown) {
          // One that fails must not keep the others from hearing.
          reportError(thrown)
        }
      }
    }),
  )
}

/** Hears one type of main's events over the window's single subscription; the answer unsubscribes. */
export function on<T extends EventType>(type: T, listener: (event: EventOf<T>) => void): () => void {
  connect()
  const heard: Listener = (event) => {
    listener(event as EventOf<T>)
  }
  const ofType = listeners.get(type) ?? new Set<Listener>()
  listeners.set(type, ofType.add(heard))
  return () => {
    ofType.delete(heard)
  }
}
