import { getSystemErrorMap } from 'node:util'

/** Larger images are refused rather than decoded: a few bytes can promise gigabytes. */
export const maxMegapixels = 268
export const maxPixels = maxMegapixels * 1_000_000
/** A file is read whole, for its hash. */
export const maxFileBytes = 512 * 1024 * 1024

/** Why one file cannot be used. `reason` continues the sentence that its name begins: “… is cut off”. */
export class UnreadableImage extends Error {
  readonly reason: string
  constructor(reason: string, cause?: unknown) {
    super(reason, { cause })
    this.reason = reason
  }
}

const systemWords: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'it is not there (any more)',
  ENOTDIR: 'it is not there (any more)',
  ELOOP: 'it is a link that leads in circles',
  EIO: 'the disk reports a reading error',
  ENAMETOOLONG: 'its name is too long',
  EMFILE: 'too many files are open',
  EBUSY: 'another program is using it',
}

/** In the order in which they are tried against the decoder's message. */
const decoderWords: [RegExp, string][] = [
  [
    /exceeds pixel limit|dimension[s]? (too large|exceed)|too large|width or height exceeds|exceeds limit/i,
    `is larger than ${maxMegapixels} megapixels`,
  ],
  [/timeout/i, 'takes too long to decode'],
  [
    /premature end|truncated|unexpected end|end of (file|stream|data)|read error|not enough data|out of order read|early eof|too short|VipsJpeg: .*EOI/i,
    'is cut off',
  ],
  [/unsupported image format|unknown format|not in a known format/i, 'is not an image that can be read'],
  [
    /zero|no frames|invalid dimension|bad dimensions|no image data|missing width|missing height/i,
    'has no pixels',
  ],
  [
    /no known route|bad labq|samples out of range|whole number of bytes|vector must have|channel limit/i,
    'has colours of a kind that cannot be read',
  ],
  [
    /bitstream not supported|unsupported|not supported|not (configured|implemented)|no decoder/i,
    'uses a kind of compression that cannot be read',
  ],
  [/memory/i, 'needs more memory than there is'],
]

/** Any failure to read an image, in words. */
export function reasonOf(thrown: unknown): string {
  if (thrown instanceof UnreadableImage) return thrown.reason
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : undefined
  if (code !== undefined && isSystemError(code)) {
    if (code === 'ENOENT' && isGarbled(thrown)) return 'has a name that is not valid UTF-8; rename it'
    return `cannot be opened: ${systemWords[code] ?? systemMessage(code)}`
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  const words = decoderWords.find(([pattern]) => pattern.test(message))?.[1]
  const detail = firstLine(message)
  return words ?? (detail === '' ? 'is damaged' : `is damaged (${detail})`)
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
