import { expect, test } from 'vitest'
import { reasonOf } from '../../../src-main/importer/reasons.ts'

test('what a decoder says is put in words that continue a sentence, without its preamble', () => {
  const reason = (message: string) => reasonOf(new Error(message))
  expect(reason('Input buffer has corrupt header: pngload_buffer: libspng: bad chunk')).toBe(
    'is damaged (pngload_buffer: libspng: bad chunk)',
  )
  expect(reason('Input buffer has corrupt header:\npngload_buffer: bad chunk\n')).toBe(
    'is damaged (pngload_buffer: bad chunk)',
  )
  expect(reason('Input file has corrupt header:')).toBe('is damaged')
  expect(reason('VipsJpeg: premature end of JPEG image')).toBe('is cut off')
  expect(reason('Input buffer contains unsupported image format')).toBe('is not an image that can be read')
  expect(reason('tiff2vips: LZMA compression support is not configured')).toBe(
    'uses a kind of compression that cannot be read',
  )
  expect(reason("vips_colourspace: no known route from 'multiband' to 'srgb'")).toBe(
    'has colours of a kind that cannot be read',
  )
  expect(reason('VipsIcc: not an ICC profile, invalid signature\nsource: bad seek to 4909')).toBe(
    'is damaged (source: bad seek to 4909)',
  )
  const denied = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' })
  expect(reasonOf(denied)).toBe('cannot be opened: permission denied')
})
