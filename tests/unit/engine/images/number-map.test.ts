import { expect, it } from 'vitest'
import { greyOf, numberMap } from '../../../../src-main/engine/images/number-map.ts'

const shape = { height: 1, width: 3, channels: 1 } as const

it('keeps the range given while numbers stay inside of it', () => {
  const { image, low, high } = numberMap(Float32Array.of(0.25, 0.5, 1), shape, { low: 0, high: 1 })
  expect([...image.pixels]).toEqual([64, 128, 255])
  expect({ low, high }).toEqual({ low: 0, high: 1 })
})

it('widens it to what lies outside', () => {
  const { image, low, high } = numberMap(Float32Array.of(-1, 0, 3), shape, { low: 0, high: 1 })
  expect([...image.pixels]).toEqual([0, 64, 255])
  expect({ low, high }).toEqual({ low: -1, high: 3 })
})

it('maps zeros alone to black', () => {
  expect([...numberMap(new Float32Array(3), shape, { low: 0, high: 0 }).image.pixels]).toEqual([0, 0, 0])
})

it('averages the channels of a pixel', () => {
  expect([...greyOf(Float32Array.of(1, 2, 3, 4, 5, 6), 3)]).toEqual([2, 5])
})
