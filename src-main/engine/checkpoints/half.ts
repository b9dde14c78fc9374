/** Numbers of 16 bits: IEEE 754's binary16, with a sign, 5 bits of exponent and 10 of fraction. */

export const largestHalf = 65_504
const smallestNormal = 2 ** -14
const subnormalUnit = 2 ** -24

/** The number that 16 bits stand for. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
  return exponent === 0 ? sign * fraction * subnormalUnit : sign * (1024 + fraction) * 2 ** (exponent - 25)
}

const float = new Float32Array(1)
const floatBits = new Uint32Array(float.buffer)

/** The bits of the nearest number of 16 bits, of two as near the even one; infinity beyond the largest. */
export function numberToHalf(value: number): number {
  float[0] = value
  const bits = floatBits[0] as number
  const sign = (bits >>> 16) & 0x8000
  if (Number.isNaN(value)) return sign | 0x7e00
  const magnitude = Math.abs(value)
  // Halves below are whole multiples of one unit; adding 2²³ units to a number of 24 bits rounds it to them.
  if (magnitude < smallestNormal)
    return sign | Math.fround(Math.fround(magnitude / subnormalUnit + 2 ** 23) - 2 ** 23)
  // The lowest of the 13 bits that go is rounded up by half, of ties to even; a carry goes into the exponent as it should.
  const rest = (bits & 0x7fffffff) + 0xfff + ((bits >>> 13) & 1)
  const half = (rest - ((127 - 15) << 23)) >>> 13
  return sign | Math.min(half, 0x7c00)
}

/** An array in 16 bits. */
export function toHalf(values: Float32Array): Uint16Array<ArrayBuffer> {
  const halves = new Uint16Array(values.length)
  for (let i = 0; i < values.length; i++) halves[i] = numberToHalf(values[i] as number)
  return halves
}

/** The number of all 16 bits; made when first needed, since snapshots have millions of them. */
let numbers: Float32Array | null = null

/** An array of 16 bits as numbers. */
export function fromHalf(halves: Uint16Array): Float32Array {
  numbers ??= Float32Array.from({ length: 0x10000 }, (_, bits) => halfToNumber(bits))
  const values = new Float32Array(halves.length)
  for (let i = 0; i < halves.length; i++) values[i] = numbers[halves[i] as number] as number
  return values
}
