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
  // Early events are delivered on subscription, so all initial listeners have to be registered before it.
  queueMicrotask(() =>
    onEvent((event) => {
      for (const listener of listeners.get(event.type) ?? []) {
        try {
          listener(event)
        } catch (thrown) {
          // A listener that throws must not stop the others.
          reportError(thrown)
        }
      }
    }),
  )
}

/** Subscribes to one type of main's events over the window's single subscription; the returned function unsubscribes. */
export function on<T extends EventType>(type: T, listener: (event: EventOf<T>) => void): () => void {
  connect()
  const forward: Listener = (event) => {
    listener(event as EventOf<T>)
  }
  const ofType = listeners.get(type) ?? new Set<Listener>()
  listeners.set(type, ofType.add(forward))
  return () => {
    ofType.delete(forward)
  }
}
