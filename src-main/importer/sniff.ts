/** The type of a file by its first bytes. */
export type FileKind =
  { kind: 'image' } | { kind: 'unsupported'; name: string } | { kind: 'empty' } | { kind: 'other' }

/** Bytes of a file's start that `sniff` needs: SVG may have a long preamble. */
export const sniffBytes = 1024

const imageExtensions =
  /\.(jpe?g|jfif|png|gif|webp|avif|tiff?|svg|bmp|dib|heic|heif|ico|psd|jp2|jxl|tga|apng)$/i

/** Whether a name has an image's extension: such a file is reported if it is not an image. */
export function namedLikeImage(path: string): boolean {
  return imageExtensions.test(path)
}

/** Recognizes images by content, independent of the name. */
export function sniff(head: Uint8Array): FileKind {
  if (head.length === 0) return { kind: 'empty' }
  const ascii = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1')
  if (isSupported(ascii)) return { kind: 'image' }
  const unsupported = unsupportedName(ascii)
  return unsupported === undefined ? { kind: 'other' } : { kind: 'unsupported', name: unsupported }
}

function isSupported(ascii: string): boolean {
  if (ascii.startsWith('\xff\xd8\xff')) return true
  if (ascii.startsWith('\x89PNG\r\n\x1a\n')) return true
  if (/^GIF8[79]a/.test(ascii)) return true
  if (ascii.startsWith('RIFF') && ascii.slice(8, 12) === 'WEBP') return true
  if (ascii.startsWith('II*\0') || ascii.startsWith('MM\0*')) return true
  if (ascii.startsWith('II+\0') || ascii.startsWith('MM\0+')) return true
  if (ascii.slice(4, 8) === 'ftyp' && /avif|avis/.test(ascii.slice(8, 40))) return true
  return isSvg(ascii)
}

function isSvg(ascii: string): boolean {
  const text = ascii.replace(/^\xef\xbb\xbf/, '').trimStart()
  return (
    text.startsWith('<svg') || (/^<(\?xml|!--|!DOCTYPE)/i.test(text) && /<svg[\s>]|svg1\d?\.dtd/i.test(text))
  )
}

function unsupportedName(ascii: string): string | undefined {
  if (ascii.slice(4, 8) === 'ftyp' && /^(heic|heix|hevc|mif1|msf1|heim)/.test(ascii.slice(8))) return 'HEIC'
  if (ascii.startsWith('BM') && ascii.length > 26 && ascii.slice(6, 10) === '\0\0\0\0') return 'BMP'
  if (ascii.startsWith('8BPS')) return 'Photoshop'
  if (ascii.startsWith('\0\0\x01\0') && ascii.charCodeAt(4) > 0) return 'icon'
  if (ascii.startsWith('\0\0\0\x0cjP  ') || ascii.startsWith('\xff\x4f\xff\x51')) return 'JPEG 2000'
  if (ascii.startsWith('\xff\x0a') || ascii.startsWith('\0\0\0\x0cJXL ')) return 'JPEG XL'
  return undefined
}
