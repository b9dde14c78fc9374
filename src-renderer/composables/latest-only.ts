import { getCurrentScope, onScopeDispose } from 'vue'

/** Whether an answer may still be used: nothing newer was asked or chosen since. */
export type IsLatest = () => boolean

/**
 * Tells the answer to the newest question from those that arrive late. `begin` before each request, and again whenever a
 * choice voids what was asked; nothing counts any more when the component has gone.
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
 * Main tells every change by an event, and answers take another road: an answer about something that an event has told
 * of since it was asked for may be the older of the two.
 */
export class ToldSince {
  private readonly toldAt = new Map<string, number>()
  private time = 0

  /** An event has told of it. */
  mark(id: string): void {
    this.time += 1
    this.toldAt.set(id, this.time)
  }

  /** To be called before a request. The answer says of which things the request’s answer may be out of date. */
  begin(): (id: string) => boolean {
    const asked = this.time
    return (id) => (this.toldAt.get(id) ?? 0) > asked
  }
}
