import { createHash } from 'node:crypto'
import type { ProgramSpec } from './program.ts'
import type { Trace } from './trace.ts'

/** What a compiled graph is made of. */
export interface GraphSource {
  spec: ProgramSpec
  /** As it is written, that is, lowered. */
  trace: Trace
  iterations: number
}

/** Equal for programs whose graphs are the same but for the names of their variables in TensorFlow. */
export function graphKey({ spec, trace, iterations }: GraphSource): string {
  const hash = createHash('sha256')
  const { name, state, feeds } = spec
  hash.update(JSON.stringify([name, state, feeds, iterations, trace.fetches, trace.next]))
  for (const node of trace.nodes) {
    hash.update(JSON.stringify(node, exactly))
    if (node.kind !== 'constant') continue
    const { buffer, byteOffset, byteLength } = node.values
    hash.update(new Uint8Array(buffer, byteOffset, byteLength))
  }
  return hash.digest('hex')
}

/** JSON has no text for some numbers; the values of constants are left out. */
function exactly(_: string, value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return null
  if (typeof value === 'bigint') return `${value}n`
  const isLost = typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
  return isLost ? `number ${Object.is(value, -0) ? '-0' : value}` : value
}

/** A loaded graph that no program has. */
interface Kept {
  name: string
  session: number
}

/**
 * Graphs that TensorFlow has optimized before they are needed, which is most of the time of a program's first call. While
 * programs are prepared, those that are freed are kept; the next program of the same graph takes it. Nothing is kept and
 * nothing looked up at any other time.
 */
export class PreparedGraphs {
  private readonly kept = new Map<string, Kept>()
  private readonly free: (session: number) => void
  private isPreparing = false
  private isTaking = false

  /** @param free what frees a graph in TensorFlow */
  constructor(free: (session: number) => void) {
    this.free = free
  }

  get count(): number {
    return this.kept.size
  }

  /** Whether graphs are to be looked up. */
  get isOpen(): boolean {
    return this.isPreparing || this.isTaking
  }

  /** Keeps the graphs of the programs that are freed meanwhile. */
  async prepare(work: () => Promise<void>): Promise<void> {
    this.isPreparing = true
    try {
      await work()
    } finally {
      this.isPreparing = false
    }
  }

  /** Programs that are created from now on take what is kept, until `clear`. */
  open(): void {
    this.isTaking = this.kept.size > 0
  }

  /** The graph of this key, which belongs to the caller from now on; where there is none, those of that name are freed. */
  take(name: string, key: string): number | null {
    const found = this.kept.get(key)
    if (found) {
      this.kept.delete(key)
      return found.session
    }
    for (const [other, { name: of, session }] of this.kept) {
      if (of !== name) continue
      this.kept.delete(other)
      this.free(session)
    }
    return null
  }

  /** Keeps or frees the graph of a program that is freed. */
  release(session: number, as: { name: string; key: string | null }): void {
    const { name, key } = as
    if (this.isPreparing && key !== null && !this.kept.has(key)) this.kept.set(key, { name, session })
    else this.free(session)
  }

  /** Frees all that is kept. */
  clear(): void {
    this.isTaking = false
    for (const { session } of this.kept.values()) this.free(session)
    this.kept.clear()
  }
}
