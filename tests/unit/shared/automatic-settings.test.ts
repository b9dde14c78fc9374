import { describe, expect, it } from 'vitest'
import { chosenByImages, fittedChanges } from '../../../src-shared/automatic-settings.ts'
import { resolveConfig } from '../../../src-shared/presets.ts'

const imagesOf = (side: number, count = 60_000) => ({ shape: { height: side, width: side }, count })
const patchOf = (side: number) => fittedChanges('auto', {}, imagesOf(side))['patch']

describe('what the automatic preset chooses by the images', () => {
  it('are patches that leave at most 32 positions a side, and divide the image', () => {
    expect([28, 32, 48, 64, 128, 256].map(patchOf)).toEqual([1, 1, 2, 2, 4, 8])
    // An even number of positions can be halved: 20 rather than 25.
    expect([96, 100, 42, 224].map(patchOf)).toEqual([3, 5, 3, 7])
    // No even number of at least 12 positions.
    expect([50, 51].map(patchOf)).toEqual([2, 3])
    // No patches leave so few positions.
    expect([53, 300].map(patchOf)).toEqual([1, 6])
  })

  it('are the same patches with every preset of the model', () => {
    for (const preset of ['auto', 'fast', 'balanced', 'quality'])
      expect(fittedChanges(preset, {}, imagesOf(28))['patch']).toBe(1)
  })

  it('is dropout for fewer than 2,000 images', () => {
    expect(resolveConfig('auto').dropout).toBe(0)
    expect(fittedChanges('auto', {}, imagesOf(32, 2000))['dropout']).toBeUndefined()
    expect(fittedChanges('auto', {}, imagesOf(32, 1999))['dropout']).toBeGreaterThan(0)
    expect(fittedChanges('auto', { dropout: 0 }, imagesOf(32, 1999))['dropout']).toBe(0)
    // Only the residual U-Net has it.
    expect(fittedChanges('auto', { network: 'conv' }, imagesOf(32, 1999))['dropout']).toBeUndefined()
  })

  it('is a higher KL weight of the code for fewer than 2,000 images', () => {
    const own = resolveConfig('auto').codeKlWeight
    expect(fittedChanges('auto', {}, imagesOf(32, 2000))['codeKlWeight']).toBeUndefined()
    const ofFew = (side: number) => fittedChanges('auto', {}, imagesOf(side, 1999))['codeKlWeight']
    expect(ofFew(64)).toBeGreaterThan(own)
    expect(ofFew(32)).toBeGreaterThan(ofFew(64) as number)
  })

  it('leaves what is changed by hand, and other presets', () => {
    const changes = { patch: 4, codeKlWeight: 0.1, dropout: 0.1 }
    expect(chosenByImages('auto', changes, imagesOf(64, 100))).toEqual([])
    expect(fittedChanges('auto', changes, imagesOf(64, 100))).toEqual(changes)
    expect(chosenByImages('pixel-posterior', {}, imagesOf(64, 100))).toEqual([])
  })

  it('says why', () => {
    expect(chosenByImages('auto', {}, imagesOf(64, 100)).map(({ key, because }) => [key, because])).toEqual([
      ['patch', 'imageSize'],
      ['codeKlWeight', 'fewImages'],
      ['dropout', 'fewImages'],
    ])
  })
})
