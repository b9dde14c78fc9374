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
  expect(reason('Input buffer contains unsupported image format')).toBe('is not a picture that can be read')
  const denied = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' })
  expect(reasonOf(denied)).toBe('cannot be opened: permission denied')
})
