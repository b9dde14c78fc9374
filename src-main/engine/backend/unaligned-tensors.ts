/** The part of the native binding that is wrapped here. */
export interface Binding {
  createTensor(shape: number[], dtype: number, values: unknown): number
}

/**
 * Wraps the binding so that TensorFlow copies every array.
 *
 * TensorFlow shares the memory of a JavaScript array that starts on a 64-byte boundary and copies any other. The TensorFlow
 * thread that releases a shared array last writes into V8's handle tables, concurrently with JavaScript, until the process
 * aborts (“node->IsInUse()”). Later writes to a shared array would also change the tensor. So every array is passed off
 * the boundary.
 */
export function withUnalignedTensors<B extends Binding>(native: B): B {
  // The native object's properties are read-only, and its functions need it as `this`.
  const entries = Object.getOwnPropertyNames(native).map((name) => {
    const value: unknown = native[name as keyof B]
    return [name, typeof value === 'function' ? (value as () => unknown).bind(native) : value]
  })
  const createTensor: Binding['createTensor'] = (shape, dtype, values) =>
    native.createTensor(shape, dtype, copyOffBoundary(values))
  return { ...(Object.fromEntries(entries) as B), createTensor }
}

/** A copy that starts 4 bytes after a boundary of at least 8; strings, which TensorFlow copies anyway, unchanged. */
function copyOffBoundary(values: unknown): unknown {
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
