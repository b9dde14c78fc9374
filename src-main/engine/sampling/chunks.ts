/** Splits `count` images into chunks of at most `size`: the first image of each and its number of images. */
export function* chunksOf(count: number, size: number): Generator<{ first: number; n: number }> {
  for (let first = 0; first < count; first += size) yield { first, n: Math.min(size, count - first) }
}

/** The values with zeros appended up to a length. */
export function padded(values: Float32Array, length: number): Float32Array {
  if (values.length === length) return values
  const result = new Float32Array(length)
  result.set(values)
  return result
}
