import { expect, test } from 'vitest'
import type { ScanReport } from '#shared/schemas/dataset.ts'
import { importProgressText } from '../../../../src-renderer/entities/datasets/import-labels.ts'
import { useImageOptions } from '../../../../src-renderer/pages/library/use-image-options.ts'
import { sizeChoices } from '../../../../src-renderer/pages/library/size-choices.ts'

test('the suggested size is among the choices, once, and marked', () => {
  for (const size of [
    { width: 64, height: 64 },
    { width: 40, height: 24 },
  ]) {
    const choices = sizeChoices(size)
    const marked = choices.filter(({ title }) => title.includes('suggested'))
    expect(marked).toEqual([
      { value: `${size.width}x${size.height}`, title: `${size.width} × ${size.height} – suggested` },
    ])
    expect(new Set(choices.map(({ value }) => value)).size).toBe(choices.length)
  }
})

test('progress says what is known and no more', () => {
  expect(importProgressText(null)).toBe('Starting')
  const scanning = { phase: 'scanning' as const, done: 1200, problems: 0, bytes: 0, imagesPerSecond: 0 }
  expect(importProgressText(scanning)).toBe('1,200 so far')
  expect(
    importProgressText({
      ...scanning,
      phase: 'packing',
      total: 5000,
      problems: 2,
      imagesPerSecond: 431.6,
      secondsLeft: 9,
    }),
  ).toBe('1,200 of 5,000 · 432 images/s · about 9 s to go · 2 problems')
})

test('a further dataset of the same images is suggested a name of its own', () => {
  const suggested = { name: 'Faces', width: 8, height: 8, channels: 3, fit: 'fill', labels: false } as const
  const report = { suggested, labels: [], count: 2 } as unknown as ScanReport
  const nameAmong = (...taken: string[]) => useImageOptions(report, taken).form.name
  expect(nameAmong('Flowers')).toBe('Faces')
  expect(nameAmong('Faces', 'Faces 2')).toBe('Faces 3')
})
