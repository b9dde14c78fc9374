import { randomUUID } from 'node:crypto'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'

/** How long a deletion can be undone. */
export const undoMs = 10_000

interface Pending {
  timer: NodeJS.Timeout
  work: () => unknown
  undo: () => void
  hides: readonly string[]
}

/** Deletions that are asked for and can still be undone: done a while later, or when the app quits. */
export class PendingDeletions {
  private readonly pending = new Map<string, Pending>()
  private readonly watch: (done: Promise<unknown>) => void
  private readonly delayMs: number

  /** @param options.watch is given each deletion that begins, to report its failure */
  constructor(options: { watch: (done: Promise<unknown>) => void; delayMs?: number }) {
    this.watch = options.watch
    this.delayMs = options.delayMs ?? undoMs
  }

  /**
   * Deletes later.
   * @param options.work deletes; `undo` shows again what is hidden until then
   * @param options.hides ids of what lists leave out meanwhile
   * @returns the id to undo it by
   */
  add(options: { work: () => unknown; undo: () => void; hides?: readonly string[] }): string {
    const id = randomUUID()
    const timer = setTimeout(() => this.watch(this.finish(id)), this.delayMs)
    this.pending.set(id, { timer, work: options.work, undo: options.undo, hides: options.hides ?? [] })
    return id
  }

  /** @throws FlowerbedError `conflict` for one that is done or under way */
  undo(id: string): void {
    const found = this.pending.get(id)
    if (!found) throw new FlowerbedError('conflict', errorText('deletion.tooLate'))
    clearTimeout(found.timer)
    this.pending.delete(id)
    found.undo()
  }

  /** Whether something is to be deleted, so that lists leave it out. */
  hides(id: string): boolean {
    return [...this.pending.values()].some(({ hides }) => hides.includes(id))
  }

  /** Does now what is pending; a failure of one does not keep the others. */
  async flush(): Promise<void> {
    const all = [...this.pending.keys()].map((id) => this.finish(id))
    for (const done of all) this.watch(done)
    await Promise.allSettled(all)
  }

  /** What fails is shown again: it is still there. */
  private async finish(id: string): Promise<void> {
    const found = this.pending.get(id)
    if (!found) return
    clearTimeout(found.timer)
    this.pending.delete(id)
    try {
      await found.work()
    } catch (thrown) {
      found.undo()
      throw thrown
    }
  }
}
