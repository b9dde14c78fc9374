/** What tfjs calls of the native binding that this file touches. */
export interface Binding {
  createTensor(shape: number[], dtype: number, values: unknown): number
}

/**
 * The binding, with tensors that own their memory.
 *
 * TensorFlow takes over a JavaScript array as it is where the array happens to lie on a 64-byte boundary, and copies it
 * everywhere else. A shared array is let go of by whichever thread of TensorFlow drops the last use of it, and that
 * thread then writes into V8's tables while JavaScript does: sooner or later the process aborts (“node->IsInUse()”).
 * It would also see what is written into the array later. So every array goes in off the boundary.
 */
export function withUnalignedTensors<B extends Binding>(native: B): B {
  // The native object's properties are read-only, and its functions need their receiver.
  const entries = Object.getOwnPropertyNames(native).map((name) => {
    const value: unknown = native[name as keyof B]
    return [name, typeof value === 'function' ? (value as () => unknown).bind(native) : value]
  })
  const createTensor: Binding['createTensor'] = (shape, dtype, values) =>
    native.createTensor(shape, dtype, offBoundary(values))
  return { ...(Object.fromEntries(entries) as B), createTensor }
}

/** A copy that starts 4 bytes after a boundary of at least 8; strings, which TensorFlow copies anyway, as they are. */
function offBoundary(values: unknown): unknown {
  if (values instanceof Float32Array) return fill(Float32Array, values)
  if (values instanceof Int32Array) return fill(Int32Array, values)
  if (values instanceof Uint8Array) return fill(Uint8Array, values)
  return values
}

function fill<T extends Float32Array | Int32Array | Uint8Array>(
  type: { new (buffer: ArrayBuffer, offset: number, length: number): T; BYTES_PER_ELEMENT: number },
  values: T,
): T {
  const copy = new type(new ArrayBuffer(4 + values.byteLength), 4, values.length)
  copy.set(values)
  return copy
}
