import { describe, expect, it } from 'vitest'
import { checkImportOptions, importOptionsSchema } from '#shared/schemas/dataset.ts'

describe('import options', () => {
  it.each([0, 7, 513, 1024, 16.5, Number.NaN])(
    'refuse an image size of %s with the allowed range',
    (side) => {
      const range = /image size must be a whole number of pixels from 8 to 512, not /
      expect(() => checkImportOptions({ width: side, height: side })).toThrow(range)
      expect(() => checkImportOptions({ width: side, height: 32 })).toThrow(/image width must be .+ 8 to 512/)
      expect(() => checkImportOptions({ height: side })).toThrow(/image height must be .+ 8 to 512/)
    },
  )

  it('take what is in range, and as little as is known', () => {
    checkImportOptions({})
    checkImportOptions({ width: 8, height: 512 })
  })

  it('are refused in plain words wherever they come from', () => {
    const wrong = { name: '', height: 'x', width: 4, channels: 2, fit: 'stretch', labels: 'no' }
    const { error } = importOptionsSchema.safeParse(wrong)
    const told = error?.issues.map(({ message }) => message) ?? []
    expect(told).toHaveLength(6)
    for (const message of told) expect(message).not.toMatch(/Invalid|expected|Too (big|small)/)
  })
})
