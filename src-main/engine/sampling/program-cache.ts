import { createProgram } from '../graph/create-program.ts'
import type { Program, ProgramSpec, Values } from '../graph/program.ts'

interface Entry {
  program: Program
  /** Names of its state. */
  names: Set<string>
}

/** Programs over the same weights, each created when first used. */
export class ProgramCache {
  private weights: Values = {}
  private readonly entries = new Map<string, Entry>()

  /** By name; a program gets those that are among its state. */
  setWeights(weights: Values): void {
    this.weights = weights
    this.writeAll(weights)
  }

  /** Replaces or adds some of the weights. */
  addWeights(weights: Values): void {
    this.weights = { ...this.weights, ...weights }
    this.writeAll(weights)
  }

  get(key: string, make: () => ProgramSpec, iterations?: number): Program {
    const found = this.entries.get(key)
    if (found) return found.program
    const spec = make()
    const entry = { program: createProgram(spec, { iterations }), names: new Set(Object.keys(spec.state)) }
    this.entries.set(key, entry)
    write(entry, this.weights)
    return entry.program
  }

  dispose(): void {
    for (const { program } of this.entries.values()) program.dispose()
    this.entries.clear()
  }

  private writeAll(weights: Values): void {
    for (const entry of this.entries.values()) write(entry, weights)
  }
}

function write({ program, names }: Entry, weights: Values): void {
  program.write(Object.fromEntries(Object.entries(weights).filter(([name]) => names.has(name))))
}
