import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import sharp from 'sharp'
import type { Sharp } from 'sharp'
import type { ImportOptions } from '#contract/dataset.ts'
import { pictureBytes } from '#contract/pictures.ts'
import type { PictureShape, PixelBatch } from '#contract/pictures.ts'
import { withSecondLook } from './second-look.ts'
import { maxFileBytes, maxPixels, UnreadablePicture } from './reasons.ts'
import { sniff } from './sniff.ts'

// Many small pictures: one thread each, many at once; and nothing is ever decoded twice.
sharp.cache(false)
sharp.concurrency(1)

const secondsPerFile = 30

export interface Frame {
  shape: PictureShape
  fit: ImportOptions['fit']
}

/**
 * A source file whole.
 * @throws UnreadablePicture or a system error.
 */
export async function readPicture(path: string): Promise<Buffer> {
  const file = await open(path, 'r')
  try {
    const stat = await file.stat()
    if (!stat.isFile()) throw new UnreadablePicture('is not a file')
    if (stat.size > maxFileBytes) throw new UnreadablePicture('is larger than 512 MB')
    const bytes = await file.readFile()
    const kind = sniff(bytes.subarray(0, 1024))
    if (kind.kind === 'empty') throw new UnreadablePicture('is empty')
    if (kind.kind === 'other') throw new UnreadablePicture('is not a picture')
    if (kind.kind === 'unsupported') throw unsupported(kind.name)
    return bytes
  } finally {
    await file.close()
  }
}

export function unsupported(name: string): UnreadablePicture {
  return new UnreadablePicture(`is a ${name} file, which cannot be read; save it as PNG or JPEG`)
}

function openDecoder(source: Buffer | string): Sharp {
  return sharp(source, { failOn: 'error', limitInputPixels: maxPixels, sequentialRead: true }).timeout({
    seconds: secondsPerFile,
  })
}

/** Upright size of a picture file, from its header. */
export async function measure(path: string): Promise<{ width: number; height: number }> {
  const { autoOrient } = await withSecondLook(() => openDecoder(path).metadata())
  if (!autoOrient.width || !autoOrient.height) throw new UnreadablePicture('has no pixels')
  return { width: autoOrient.width, height: autoOrient.height }
}

/**
 * Pixels of one picture: upright, in sRGB, on white, its first frame only.
 * @returns uint8 `[height, width, channels]`
 */
export async function decode(bytes: Buffer, frame: Frame): Promise<Uint8Array> {
  return withSecondLook(() => decodeOnce(bytes, frame))
}

async function decodeOnce(bytes: Buffer, { shape, fit }: Frame): Promise<Uint8Array> {
  const { height, width, channels } = shape
  const upright = openDecoder(bytes)
    .autoOrient()
    .resize({ width, height, fit: fit === 'crop' ? 'cover' : 'contain', background: '#ffffff' })
  const coloured =
    channels === 4
      ? upright.toColourspace('srgb').ensureAlpha()
      : upright.flatten({ background: '#ffffff' }).toColourspace(channels === 1 ? 'b-w' : 'srgb')
  const { data, info } = await coloured.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
  if (data.length === pictureBytes(shape)) return data
  return withChannels(data, info.channels, channels)
}

/** Grey pictures stay one channel wide in some colour spaces: repeat or drop, pixel by pixel. */
function withChannels(pixels: Uint8Array, from: number, to: number): Uint8Array {
  const count = pixels.length / from
  const wide = new Uint8Array(count * to)
  for (let i = 0; i < count; i++) {
    for (let channel = 0; channel < to; channel++) {
      const source = from >= 3 ? Math.min(channel, from - 1) : 0
      wide[i * to + channel] = pixels[i * from + source] ?? 0
    }
  }
  return wide
}

/** One user picture at a given shape, as import would have decoded it. */
export async function decodeFile(path: string, frame: Frame): Promise<PixelBatch> {
  const pixels = await decode(await readPicture(path), frame)
  return { ...frame.shape, count: 1, pixels }
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
