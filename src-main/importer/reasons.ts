import { desktopText } from '#shared/desktop-text.ts'
import { getSystemErrorMap } from 'node:util'

/** Larger images are refused rather than decoded: a few bytes can promise gigabytes. */
export const maxMegapixels = 268
export const maxPixels = maxMegapixels * 1_000_000
/** A file is read whole, for its hash. */
export const maxFileBytes = 512 * 1024 * 1024
export const tooLargeFile = () => desktopText('image.largeFile', { megabytes: maxFileBytes / 1024 ** 2 })

/** Why one file cannot be used. `reason` continues the sentence that its name begins: “… is cut off”. */
export class UnreadableImage extends Error {
  readonly reason: string
  constructor(reason: string, cause?: unknown) {
    super(reason, { cause })
    this.reason = reason
  }
}

const systemWords: Record<string, string> = {
  EACCES: desktopText('file.permission'),
  EPERM: desktopText('file.permission'),
  ENOENT: desktopText('file.gone'),
  ENOTDIR: desktopText('file.gone'),
  ELOOP: desktopText('file.loop'),
  EIO: desktopText('file.diskError'),
  ENAMETOOLONG: desktopText('file.longName'),
  EMFILE: desktopText('file.manyOpen'),
  EBUSY: desktopText('file.busy'),
}

/** In the order in which they are tried against the decoder's message. */
const decoderWords: [RegExp, string][] = [
  [
    /exceeds pixel limit|dimension[s]? (too large|exceed)|too large|width or height exceeds|exceeds limit/i,
    desktopText('image.large', { megapixels: maxMegapixels }),
  ],
  [/timeout/i, desktopText('image.slow')],
  [
    /premature end|truncated|unexpected end|end of (file|stream|data)|read error|not enough data|out of order read|early eof|too short|VipsJpeg: .*EOI/i,
    desktopText('image.cutOff'),
  ],
  [/unsupported image format|unknown format|not in a known format/i, desktopText('image.notReadable')],
  [
    /zero|no frames|invalid dimension|bad dimensions|no image data|missing width|missing height/i,
    desktopText('image.noPixels'),
  ],
  [
    /no known route|bad labq|samples out of range|whole number of bytes|vector must have|channel limit/i,
    desktopText('image.colours'),
  ],
  [
    /bitstream not supported|unsupported|not supported|not (configured|implemented)|no decoder/i,
    desktopText('image.compression'),
  ],
  [/memory/i, desktopText('image.memory')],
]

/** Any failure to read an image, in words. */
export function reasonOf(thrown: unknown): string {
  if (thrown instanceof UnreadableImage) return thrown.reason
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : undefined
  if (code !== undefined && isSystemError(code)) {
    if (code === 'ENOENT' && isGarbled(thrown)) return desktopText('file.name')
    return desktopText('file.cannotOpen', { reason: systemWords[code] ?? systemMessage(code) })
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  const words = decoderWords.find(([pattern]) => pattern.test(message))?.[1]
  const detail = firstLine(message)
  return (
    words ?? (detail === '' ? desktopText('image.damaged') : desktopText('image.damagedDetail', { detail }))
  )
}

/** Whether invalid bytes of the name were replaced, so that no file has this name. */
function isGarbled(thrown: unknown): boolean {
  return thrown instanceof Error && 'path' in thrown && String(thrown.path).includes('\ufffd')
}

function isSystemError(code: string): boolean {
  return [...getSystemErrorMap().values()].some(([name]) => name === code)
}

function systemMessage(code: string): string {
  return [...getSystemErrorMap().values()].find(([name]) => name === code)?.[1] ?? code
}

/** The decoder's message without its generic prefix. */
function firstLine(message: string): string {
  const detail = message.trim().replace(/^Input (buffer|file) (has corrupt header:?\s*)?/i, '')
  // An unusable profile is not a reason: such images are read without it.
  const lines = detail.split('\n').filter((line) => !line.startsWith('VipsIcc:'))
  return (lines[0] ?? '').trim().slice(0, 120)
}
