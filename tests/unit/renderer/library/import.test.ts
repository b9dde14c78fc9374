import { expect, test } from 'vitest'
import { importProgressText } from '../../../../src-renderer/entities/datasets/import-labels.ts'
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
