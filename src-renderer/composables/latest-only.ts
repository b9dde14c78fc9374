import { getCurrentScope, onScopeDispose } from 'vue'

/** Whether an answer may still be used: no newer request was sent since. */
export type IsLatest = () => boolean

/**
 * Tells the answer to the newest request from late ones. Call `begin` before each request and `drop` when a choice makes
 * the pending one obsolete; after the component is unmounted no answer is the latest.
 */
export function latestOnly(): { begin: () => IsLatest; drop: () => void } {
  let newest = 0
  const drop = () => {
    newest += 1
  }
  if (getCurrentScope()) onScopeDispose(drop)
  return {
    begin: () => {
      drop()
      const mine = newest
      return () => mine === newest
    },
    drop,
  }
}

/**
 * Tells which records have changed since a request was sent. Main reports every change by an event, and an answer that
 * arrives after an event may be older than it.
 */
export class ChangeTracker {
  private readonly changedAt = new Map<string, number>()
  private time = 0

  /** Notes that an event has reported a change of the record. */
  mark(id: string): void {
    this.time += 1
    this.changedAt.set(id, this.time)
  }

  /** Call before a request. @returns whether a record has changed since, so that the answer may be out of date */
  begin(): (id: string) => boolean {
    const start = this.time
    return (id) => (this.changedAt.get(id) ?? 0) > start
  }
}
