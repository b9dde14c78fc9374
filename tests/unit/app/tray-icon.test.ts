import { expect, test } from 'vitest'
import { ringBitmap } from '../../../src-main/app/tray-icon.ts'
import { hasTray } from '../../../src-main/app/tray-host.ts'

const size = 22
/** Opacity of a pixel in [0, 255]. */
const alpha = (bitmap: Buffer, x: number, y: number) => bitmap[4 * (y * size + x) + 3]
const [left, right, middle, edge] = [2, 19, 11, 0]

test('the ring is filled clockwise from the top, and faint where it is not', () => {
  const half = ringBitmap(size, 0.5)
  expect(half).toHaveLength(4 * size * size)
  expect([alpha(half, right, middle), alpha(half, left, middle)]).toEqual([255, Math.round(0.35 * 255)])
  const full = ringBitmap(size, 1)
  expect([alpha(full, left, middle), alpha(full, middle, middle), alpha(full, edge, edge)]).toEqual([
    255, 255, 0,
  ])
})

test('without a run there is a dot, and colours are multiplied by the opacity', () => {
  const dot = ringBitmap(size, null)
  expect([alpha(dot, middle, middle), alpha(dot, right, middle)]).toEqual([255, 0])
  for (const bitmap of [dot, ringBitmap(size, 0.3)])
    for (let i = 0; i < bitmap.length; i += 4)
      expect(Math.max(...bitmap.subarray(i, i + 3))).toBeLessThanOrEqual(bitmap[i + 3]!)
})

test('elsewhere than on Linux there always is a tray', async () => {
  expect([await hasTray('darwin'), await hasTray('win32')]).toEqual([true, true])
})
