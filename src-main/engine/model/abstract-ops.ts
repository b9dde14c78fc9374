type AnyFunction = (...args: never[]) => unknown

/** An implementation that replaces an operation's meaning. */
export type Implementation = readonly [op: AnyFunction, implementation: AnyFunction]

let implementations: ReadonlyMap<AnyFunction, AnyFunction> = new Map()

/**
 * An abstract operation: a function that computes its `meaning`, which is written in tfjs-core's operations, unless
 * `withImplementations` replaces it. A network calls it without knowing what runs it: the compiler of graphs replaces it
 * by one fused operation or a kernel (`graph/passes/lower-ops.ts`).
 */
export function defineOp<F extends AnyFunction>(meaning: F): F {
  const op = ((...args: never[]) => (implementations.get(op) ?? meaning)(...args)) as F
  return op
}

/** `implementation` in place of the meaning of `op`; it must compute the same values and gradients. */
export const implement = <F extends AnyFunction>(op: F, implementation: F): Implementation => [
  op,
  implementation,
]

/** Runs a synchronous function with these operations replaced; every other one keeps its meaning. */
export function withImplementations<T>(replaced: Implementation[], run: () => T): T {
  const outer = implementations
  implementations = new Map(replaced)
  try {
    return run()
  } finally {
    implementations = outer
  }
}
