import fc from 'fast-check'
import { expect, test } from 'vitest'
import { halfToNumber, largestHalf, numberToHalf } from '../../../../src-main/engine/checkpoints/half.ts'
import { readSafetensors, writeSafetensors } from '../../../../src-main/engine/checkpoints/safetensors.ts'

const finite = Array.from({ length: 0x10000 }, (_, bits) => bits).filter((bits) => (bits & 0x7c00) !== 0x7c00)

test('every number of 16 bits is written as its own bits', () => {
  expect(finite.length).toBe(2 * 31 * 1024)
  expect(finite.filter((bits) => numberToHalf(halfToNumber(bits)) !== bits)).toEqual([])
})

test('between two numbers the nearer is taken, and the even one half-way', () => {
  const wrong = Array.from({ length: 0x7bff }, (_, bits) => bits).filter((bits) => {
    const [below, above] = [halfToNumber(bits), halfToNumber(bits + 1)]
    const between = (share: number) => below + share * (above - below)
    const isNearest = numberToHalf(between(0.49)) === bits && numberToHalf(between(0.51)) === bits + 1
    return !isNearest || (numberToHalf(-between(0.5)) & 0x7fff) !== bits + (bits & 1)
  })
  expect(wrong).toEqual([])
})

test('what is too large becomes infinite, and what is no number stays none', () => {
  expect(halfToNumber(numberToHalf(largestHalf))).toBe(largestHalf)
  expect([65_519, 65_520, 1e30, Infinity, -1e30].map((value) => halfToNumber(numberToHalf(value)))).toEqual([
    ...[largestHalf, Infinity, Infinity, Infinity, -Infinity],
  ])
  expect(halfToNumber(numberToHalf(NaN))).toBeNaN()
})

test('arrays in 16 bits come back within half a unit of the last place', () => {
  fc.assert(
    fc.property(fc.float32Array({ min: -100, max: 100, noNaN: true, maxLength: 20 }), (values) => {
      const tensors = { x: { dtype: 'F16' as const, shape: [values.length], values } }
      const file = writeSafetensors({ tensors, metadata: {} })
      const back = readSafetensors(file, 'test').tensors['x']!.values
      expect(back.length).toBe(values.length)
      values.forEach((value, i) => {
        expect(Math.abs(back[i]! - value)).toBeLessThanOrEqual(Math.abs(value) * 2 ** -11 + 2 ** -25)
      })
    }),
  )
})
