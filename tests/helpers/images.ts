import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import sharp from 'sharp'

/** A plain image of one colour, as a decoder to start from. */
export function plain(width: number, height: number, background: string): ReturnType<typeof sharp> {
  return sharp({ create: { width, height, channels: 3, background } })
}

/** Red left half, blue right half: shows which way up and round an image came out. */
export async function redThenBlue(width = 40, height = 20): Promise<Buffer> {
  const right = await plain(width / 2, height, '#0000ff')
    .png()
    .toBuffer()
  return plain(width, height, '#ff0000')
    .composite([{ input: right, left: width / 2, top: 0 }])
    .png()
    .toBuffer()
}

/** Writes files, folders included, and answers their paths. */
export function writeFiles(folder: string, files: Record<string, Uint8Array | string>): string[] {
  return Object.entries(files).map(([name, bytes]) => {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, bytes)
    return path
  })
}
