import { expect, test } from 'vitest'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { ImageCache } from '../../../../src-renderer/pages/interpolation/image-cache.ts'
import { cellWords } from '../../../../src-renderer/pages/interpolation/grid-labels.ts'
import { reconstructionWords } from '../../../../src-renderer/pages/interpolation/reconstruction-label.ts'

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
  expect(found.map(({ batch, at }) => batch.pixels[at])).toEqual([3, 63, 64, 99])
  expect(asked.map((indices) => indices.length)).toEqual([64, 36])
})

test('a page that could not be had is asked for again', async () => {
  let calls = 0
  const cache = new ImageCache({
    count: 10,
    fetch: (indices) =>
      calls++ === 0 ? Promise.reject(new Error('gone')) : Promise.resolve(batchOf(indices)),
  })
  await expect(cache.find(1)).rejects.toThrow('gone')
  await expect(cache.find(1)).resolves.toMatchObject({ at: 1 })
})

test('a cell of a grid says where it is, and at a corner how near it came', () => {
  const grid = { rows: 3, columns: 5, reconstructionError: [0.01, 0.02, 0.2] }
  expect([0, 4, 10, 14].map((cell) => cellWords(grid, cell))).toEqual([
    'The first, reconstruction: hardly to be told apart · 1.0 % off',
    'The second, reconstruction: hardly to be told apart · 2.0 % off',
    'The third, reconstruction: only roughly alike · 20 % off',
    'The fourth corner, made up of the other three',
  ])
  expect(cellWords({ ...grid, reconstructionError: [0, 0, 0, 0.5] }, 14)).toContain(
    'The fourth, reconstruction',
  )
  expect(cellWords(grid, 8)).toBe('75 % across, 50 % down')
})

test('a reconstruction’s error in words grows with it', () => {
  const words = [0.01, 0.05, 0.1, 0.2, 0.5].map(reconstructionWords)
  expect(words).toEqual([
    'hardly to be told apart · 1.0 % off',
    'very close · 5.0 % off',
    'close · 10 % off',
    'only roughly alike · 20 % off',
    'not yet alike · 50 % off',
  ])
})
