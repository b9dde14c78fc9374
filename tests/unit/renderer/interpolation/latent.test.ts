import { expect, test } from 'vitest'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { ImageCache } from '../../../../src-renderer/pages/interpolation/image-cache.ts'
import { cellLabel } from '../../../../src-renderer/pages/interpolation/grid-labels.ts'
import { reconstructionQuality } from '../../../../src-renderer/pages/interpolation/reconstruction-labels.ts'
import {
  cancelLabel,
  placementLabel,
  positionLabel,
} from '../../../../src-renderer/pages/interpolation/result-labels.ts'

const batchOf = (indices: number[]): PixelBatch => ({
  height: 1,
  width: 1,
  channels: 1,
  count: indices.length,
  pixels: Uint8Array.from(indices),
})

test('a page is fetched once, and images are found in it', async () => {
  const asked: number[][] = []
  const cache = new ImageCache({
    count: 100,
    fetch: (indices) => {
      asked.push(indices)
      return Promise.resolve(batchOf(indices))
    },
  })
  const found = await Promise.all([cache.find(3), cache.find(63), cache.find(64), cache.find(99)])
  expect(found.map(({ batch, index }) => batch.pixels[index])).toEqual([3, 63, 64, 99])
  expect(asked.map((indices) => indices.length)).toEqual([64, 36])
})

test('a page that could not be fetched is requested again', async () => {
  let calls = 0
  const cache = new ImageCache({
    count: 10,
    fetch: (indices) =>
      calls++ === 0 ? Promise.reject(new Error('gone')) : Promise.resolve(batchOf(indices)),
  })
  await expect(cache.find(1)).rejects.toThrow('gone')
  await expect(cache.find(1)).resolves.toMatchObject({ index: 1 })
})

test('a cell of a grid is labelled with its position, and at a corner with its error', () => {
  const grid = { rows: 3, columns: 5, reconstructionError: [0.01, 0.02, 0.2] }
  expect([0, 4, 10, 14].map((cell) => cellLabel(grid, cell))).toEqual([
    'First image, reconstruction: nearly identical · RMS error 1.0 %',
    'Second image, reconstruction: nearly identical · RMS error 2.0 %',
    'Third image, reconstruction: roughly similar · RMS error 20 %',
    'Fourth image, computed from the other three',
  ])
  expect(cellLabel({ ...grid, reconstructionError: [0, 0, 0, 0.5] }, 14)).toContain(
    'Fourth image, reconstruction',
  )
  expect(cellLabel(grid, 8)).toBe('75 % across, 50 % down')
})

test('the label of a reconstruction follows its error', () => {
  const labels = [0.01, 0.05, 0.1, 0.2, 0.5].map(reconstructionQuality)
  expect(labels).toEqual([
    'nearly identical · RMS error 1.0 %',
    'very close · RMS error 5.0 %',
    'close · RMS error 10 %',
    'roughly similar · RMS error 20 %',
    'not similar · RMS error 50 %',
  ])
})

test('an interpolation tells how its frames were placed, and where each one is', () => {
  expect(placementLabel({ pace: 'even', easing: 'linear', evenness: 1.04 })).toBe(
    'Pace: Even · Easing: Linear · Largest change: 1.0 × mean',
  )
  expect(placementLabel({ pace: 'parameter', easing: 'ease-in', evenness: 8.64 })).toBe(
    'Pace: Parameter · Easing: Ease in · Largest change: 8.6 × mean',
  )
  expect(positionLabel({ shares: [0, 0.4769, 1] }, 1)).toBe('47.7 % along the path')
  expect(cancelLabel('Interpolating …', 0.418)).toBe('Interpolating … 41 % · Cancel')
})
