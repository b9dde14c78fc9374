import { expect, test } from 'vitest'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { ImageCache } from '../../../../src-renderer/pages/interpolation/image-cache.ts'
import { cancelLabel } from '../../../../src-renderer/entities/samples/use-job.ts'
import { sideBySide } from '../../../../src-renderer/entities/samples/side-by-side.ts'
import { cellLabel } from '../../../../src-renderer/pages/interpolation/grid-labels.ts'
import { reconstructionQuality } from '../../../../src-renderer/pages/interpolation/reconstruction-labels.ts'
import { sheetOf } from '../../../../src-renderer/pages/interpolation/sheet.ts'
import { stripOf } from '../../../../src-renderer/pages/interpolation/strip.ts'
import {
  placementLabel,
  keyframesOf,
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

/** Images of full contrast: half black, half white. */
const halves = (count: number): PixelBatch => ({
  ...{ height: 1, width: 2, channels: 1, count },
  pixels: Uint8Array.from({ length: 2 * count }, (_, i) => (i % 2) * 255),
})

test('a cell of a grid is labelled with its position, and at a corner with its error', () => {
  const grid = { rows: 3, columns: 5, originals: halves(4), reconstructionError: [0.01, 0.02, 0.2] }
  expect([0, 4, 10, 14].map((cell) => cellLabel(grid, cell))).toEqual([
    'Image 1, reconstruction: nearly identical · error 2.0 % of its contrast',
    'Image 2, reconstruction: nearly identical · error 4.0 % of its contrast',
    'Image 3, reconstruction: roughly similar · error 40 % of its contrast',
    'Fourth image, computed from the other three',
  ])
  expect(cellLabel({ ...grid, reconstructionError: [0, 0, 0, 0.5] }, 14)).toContain('Image 4, reconstruction')
  expect(cellLabel(grid, 8)).toBe('75 % across, 50 % down')
})

test('the label of a reconstruction follows its error', () => {
  const labels = [0.01, 0.1, 0.3, 0.5, 0.7].map(reconstructionQuality)
  expect(labels).toEqual([
    'nearly identical · error 1.0 % of its contrast',
    'very close · error 10 % of its contrast',
    'close · error 30 % of its contrast',
    'roughly similar · error 50 % of its contrast',
    'not similar · error 70 % of its contrast',
  ])
})

test('the keyframes of a path are the frames nearest to them', () => {
  const open = { shares: [0, 0.2, 0.45, 0.8, 1], closed: false, originals: halves(3) }
  expect(keyframesOf(open)).toEqual([0, 2, 4])
  const closed = { shares: [0, 0.25, 0.5, 0.75], closed: true, originals: halves(2) }
  expect(keyframesOf(closed)).toEqual([0, 2])
})

test('the sheet of a grid has its cells row by row', () => {
  const cells: PixelBatch = {
    ...{ height: 2, width: 1, channels: 1, count: 4 },
    pixels: Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]),
  }
  expect(sheetOf(cells, 2)).toEqual({
    ...{ height: 4, width: 2, channels: 1, count: 1 },
    pixels: Uint8Array.from([1, 3, 2, 4, 5, 7, 6, 8]),
  })
})

test('the row under a path has its keyframes and others evenly between', () => {
  expect(stripOf(5, [0, 2, 4])).toEqual([0, 1, 2, 3, 4])
  const strip = stripOf(129, [0, 60, 128])
  expect(strip).toEqual(expect.arrayContaining([0, 60, 128]))
  expect(strip.length).toBeLessThanOrEqual(13)
  expect(new Set(strip).size).toBe(strip.length)
  const many = Array.from({ length: 12 }, (_, i) => Math.round((i * 40) / 11))
  expect(stripOf(41, many)).toEqual(many)
})

test('an interpolation tells how its frames were placed, and where each one is', () => {
  expect(placementLabel({ pace: 'even', easing: 'linear', evenness: 1.04 })).toBe(
    'Pace: Even · Easing: Linear · Largest change: 1.0 × mean',
  )
  expect(placementLabel({ pace: 'parameter', easing: 'ease-in', evenness: 8.64 })).toBe(
    'Pace: Parameter · Easing: Ease in · Largest change: 8.6 × mean',
  )
  const result = {
    shares: [0, 0.4769, 1],
    closed: false,
    originals: halves(2),
    reconstructionError: [0, 0.1],
  }
  expect(positionLabel(result, 1)).toBe('47.7 % along the path')
  expect(positionLabel(result, 2)).toContain('Image 2, reconstruction: close · error 20 %')
  expect(cancelLabel('Interpolating …', 0.418)).toBe('Interpolating … 41 % · Cancel')
})

test('frames of two batches stand side by side, row by row', () => {
  const left: PixelBatch = { height: 2, width: 1, channels: 1, count: 2, pixels: Uint8Array.of(1, 2, 3, 4) }
  const right: PixelBatch = { ...left, width: 2, pixels: Uint8Array.of(5, 6, 7, 8, 9, 10, 11, 12) }
  expect(sideBySide(left, right)).toEqual({
    ...{ height: 2, width: 3, channels: 1, count: 2 },
    pixels: Uint8Array.of(1, 5, 6, 2, 7, 8, 3, 9, 10, 4, 11, 12),
  })
})
