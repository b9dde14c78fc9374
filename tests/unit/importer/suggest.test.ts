import { expect, test } from 'vitest'
import { suggestOptions } from '../../../src-main/importer/suggest.ts'

const suggest = (sizes: [number, number][], more: { greyShare?: number; labelCount?: number } = {}) =>
  suggestOptions({
    name: 'n',
    greyShare: 0,
    labelCount: 0,
    ...more,
    sizes: sizes.map(([width, height]) => ({ width, height })),
  })

test.each([
  [4000, 3000, 64],
  [64, 64, 64],
  [60, 200, 48],
  [32, 32, 32],
  [28, 28, 28],
  [20, 24, 20],
  [3, 3, 8],
])('images of %i × %i suggest a side of %i', (width, height, side) => {
  expect(suggest([[width, height]])).toMatchObject({ width: side, height: side })
})

test('upright and lying photos are cropped, columns beside banners are fitted', () => {
  expect(
    suggest([
      [300, 200],
      [200, 300],
    ]).fit,
  ).toBe('crop')
  expect(
    suggest([
      [800, 100],
      [100, 800],
    ]).fit,
  ).toBe('fit')
})

test('grey images get one channel, subfolders become labels', () => {
  expect(suggest([[64, 64]], { greyShare: 1, labelCount: 2 })).toMatchObject({ channels: 1, labels: true })
  expect(suggest([[64, 64]], { greyShare: 0.9, labelCount: 1 })).toMatchObject({ channels: 3, labels: false })
})
