import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { effectScope, shallowRef } from 'vue'
import type { EffectScope } from 'vue'
import { ImageBlocks } from '../../../../src-renderer/pages/dataset/image-blocks.ts'
import { labelCounts, shownImages } from '../../../../src-renderer/pages/dataset/shown-images.ts'
import { sizeHistogram } from '../../../../src-renderer/pages/dataset/size-histogram.ts'
import { useSelected } from '../../../../src-renderer/pages/dataset/use-selected.ts'
import { fakeMain } from '../../../helpers/window-api.ts'

const sizes = { width: Int32Array.of(32, 40, 300, 0, 10), height: Int32Array.of(20, 47, 200, 0, 500) }

describe('the histogram of sizes', () => {
  it('counts the longer sides in bins without a gap, and leaves out what is not known', () => {
    const bins = sizeHistogram(sizes)
    expect(bins[0]).toEqual({ from: 32, to: 48, count: 2 })
    expect(bins.at(-1)).toEqual({ from: 384, to: 512, count: 1 })
    expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(4)
    for (const [i, { from }] of bins.entries()) expect(from).toBe(bins[i - 1]?.to ?? 32)
  })
  it('has a last bin without an end, and none without sizes', () => {
    expect(sizeHistogram({ width: Int32Array.of(9000), height: Int32Array.of(1) })).toEqual([
      { from: 8192, to: Infinity, count: 1 },
    ])
    expect(sizeHistogram({ width: new Int32Array(0), height: new Int32Array(0) })).toEqual([])
  })
})

const contents = {
  ...{ labels: ['cat', 'dog', 'owl'], labelOf: Int32Array.of(0, 1, 0, -1, 1), problems: [], excluded: [] },
  ...sizes,
}
describe('what the contact sheet shows', () => {
  const shown = (selection: Parameters<typeof shownImages>[0]) =>
    shownImages(selection, { contents, count: 5, excluded: new Set([4, 1]) })
  it('is chosen by label, size, exclusion, or near duplicates', () => {
    expect(shown({ kind: 'all' })).toEqual([0, 1, 2, 3, 4])
    expect(shown({ kind: 'label', label: 0 })).toEqual([0, 2])
    expect(shown({ kind: 'label', label: -1 })).toEqual([3])
    expect(shown({ kind: 'size', from: 32, to: 48 })).toEqual([0, 1])
    expect(shown({ kind: 'excluded' })).toEqual([1, 4])
    expect(shown({ kind: 'duplicates', images: [4, 2] })).toEqual([4, 2])
  })
  it('labels are counted, also those without an image, and the images without a label', () => {
    expect(labelCounts(contents)).toEqual([
      { label: 0, name: 'cat', count: 2 },
      { label: 1, name: 'dog', count: 2 },
      { label: 2, name: 'owl', count: 0 },
      { label: -1, name: null, count: 1 },
    ])
  })
})

describe('a selection', () => {
  const keys = { shiftKey: false, ctrlKey: false, metaKey: false }
  it('is one image, a sequence with Shift, one more or less with Ctrl, and empty for other images', async () => {
    const images = shallowRef([10, 11, 12, 13, 14])
    const scope = effectScope()
    const selection = scope.run(() => useSelected(() => images.value))
    if (!selection) throw new Error('No scope.')
    selection.select(3, keys)
    expect(selection.selected.value).toEqual([13])
    selection.select(1, { ...keys, shiftKey: true })
    expect(selection.selected.value).toEqual([11, 12, 13])
    selection.select(2, { ...keys, ctrlKey: true })
    selection.select(4, { ...keys, ctrlKey: true })
    expect(selection.selected.value).toEqual([11, 13, 14])
    images.value = [1, 2]
    await Promise.resolve()
    expect(selection.selected.value).toEqual([])
    scope.stop()
  })
})

describe('images that come into view', () => {
  let main: ReturnType<typeof fakeMain>
  let scope: EffectScope
  beforeEach(() => {
    main = fakeMain()
    scope = effectScope()
  })
  afterEach(() => scope.stop())
  const shape = { height: 512, width: 512, channels: 3 } as const

  it('are fetched in blocks of bounded size, each once, and the oldest are dropped', async () => {
    const images = Array.from({ length: 5000 }, (_, i) => 2 * i)
    const blocks = new ImageBlocks({ id: 'd', shape, images })
    expect(blocks.perBlock).toBe(2)
    blocks.fetch(0, 3)
    blocks.fetch(0, 3)
    const asked = main.asked.map(({ argument }) => (argument as { indices: number[] }).indices)
    expect(asked).toEqual([
      [0, 2],
      [4, 6],
    ])
    await main.asked[1]?.answer({ ...shape, count: 2, pixels: new Uint8Array(0) })
    expect(blocks.at(0)).toBeNull()
    expect(blocks.at(3)).toMatchObject({ index: 1 })
    for (let place = 10; place < 400; place += 2) blocks.fetch(place, place + 1)
    for (const one of main.asked.slice(2)) await one.answer({ ...shape, count: 2, pixels: new Uint8Array(0) })
    expect(blocks.at(3)).toBeNull()
    expect(blocks.at(398)).not.toBeNull()
  })

  it('are asked for again when they could not be read', async () => {
    const blocks = new ImageBlocks({ id: 'd', shape, images: [0, 1] })
    blocks.fetch(0, 1)
    await main.asked[0]?.refuse(new Error('no'))
    blocks.fetch(0, 1)
    expect(main.asked).toHaveLength(2)
  })
})
