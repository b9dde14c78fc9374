import { expect, it } from 'vitest'
import {
  MeanLatent,
  direction,
  rms,
  shifted,
} from '../../../../src-main/engine/sampling/latent-arithmetic.ts'

const size = 3
const meanOf = (...latents: number[][]) => new MeanLatent(size).add(Float32Array.from(latents.flat())).value()
const a = meanOf([1, 2, 3], [3, 4, 5])
const b = meanOf([0, 0, 1], [2, -2, 1], [4, 2, 1])

it('means latents, in however many parts they come', () => {
  expect([...b]).toEqual([2, 0, 1])
  const parts = new MeanLatent(size).add(Float32Array.of(0, 0, 1)).add(Float32Array.of(2, -2, 1, 4, 2, 1))
  expect(parts.value()).toEqual(b)
})

it('has no direction from a group to itself', () => {
  expect([...direction(a, a)]).toEqual([0, 0, 0])
  expect(rms(direction(a, a))).toBe(0)
})

it('comes from the one group’s mean to the other’s', () => {
  expect([...shifted(Float32Array.from(b), direction(a, b), [1])]).toEqual([...a])
  expect([...shifted(Float32Array.from(a), direction(a, b), [-1])]).toEqual([...b])
})

it('goes as far as the strength says, each latent by itself', () => {
  const z = Float32Array.of(1, 1, 1, 10, 20, 30)
  const d = Float64Array.of(1, 0, -2)
  expect([...shifted(z, d, [0, 1, -0.5])]).toEqual(
    [
      [1, 1, 1],
      [2, 1, -1],
      [0.5, 1, 2],
      [10, 20, 30],
      [11, 20, 28],
      [9.5, 20, 31],
    ].flat(),
  )
})

it('measures the size of a direction', () => {
  expect(rms(Float64Array.of(3, 0, 4, 0))).toBeCloseTo(2.5, 12)
})
