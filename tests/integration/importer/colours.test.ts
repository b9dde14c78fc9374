import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import sharp from 'sharp'
import { datasetIndexSchema } from '#shared/schemas/dataset.ts'
import type { ImageShape } from '#shared/schemas/image.ts'
import { forkImporter } from '../../../src-main/processes/importer.ts'
import { writeFiles } from '../../helpers/images.ts'

const images = fileURLToPath(new URL('../../fixtures/images/', import.meta.url))

let folder: string
let importer: ReturnType<typeof forkImporter>
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flowerbed-test-'))
  importer = forkImporter({})
})
afterAll(() => {
  importer.dispose()
  rmSync(folder, { recursive: true, force: true })
})

type Colour = readonly number[]
type Channels = ImageShape['channels']

/** The colours in the upper part of the left and of the right half. */
async function halves(path: string, channels: Channels = 3): Promise<[Colour, Colour]> {
  const shape = { height: 16, width: 16, channels }
  const { pixels } = await importer.request('decode', { path, shape, fit: 'crop' })
  const at = (x: number) => [...pixels.subarray((3 * 16 + x) * channels, (3 * 16 + x + 1) * channels)]
  return [at(3), at(12)]
}

function expectNear(found: Colour, wanted: Colour): void {
  expect(found.length).toBe(wanted.length)
  const apart = Math.max(...found.map((value, i) => Math.abs(value - (wanted[i] ?? NaN))))
  expect(apart, `found ${found.join(', ')}, wanted ${wanted.join(', ')}`).toBeLessThanOrEqual(3)
}

const grey = (value: number): Colour => [value, value, value]

const usual = [
  [200, 100, 50],
  [40, 160, 220],
] as const
const p3 = [
  [215, 93, 31],
  [0, 163, 226],
] as const
const linear = [
  [229, 168, 122],
  [110, 208, 239],
] as const
const adobe = [
  [227, 100, 42],
  [0, 161, 223],
] as const
const usualAlpha = [[227, 177, 152], usual[1]] as const
const p3Alpha = [[235, 174, 143], p3[1]] as const
const greys = [grey(100), grey(30)] as const
const greyLinear = [grey(168), grey(96)] as const
const greyGamma = [grey(100), grey(24)] as const
const greyAlpha = [grey(177), grey(30)] as const
const inks = [
  [222, 144, 80],
  [115, 180, 223],
] as const

const read: Record<string, readonly [Colour, Colour]> = {
  'red16-srgb.png': [
    [255, 0, 0],
    [255, 0, 0],
  ],
  'rgb16.png': usual,
  'rgb16-p3.png': p3,
  'rgb16-adobe.png': adobe,
  'rgb16-linear.png': linear,
  'rgb16-broken-profile.png': usual,
  'rgb8-p3.png': p3,
  'rgba16.png': usualAlpha,
  'rgba16-p3.png': p3Alpha,
  'grey16.png': greys,
  'grey16-gamma22.png': greyGamma,
  'grey16-linear.png': greyLinear,
  'grey8-gamma22.png': greyGamma,
  'rgb-profile-on-grey16.png': greys,
  'grey-alpha8.png': greyAlpha,
  'grey-alpha16.png': greyAlpha,
  'grey-alpha16-linear.png': [grey(211), grey(96)],
  'palette.png': usual,
  'palette-trns.png': usualAlpha,
  'gamma-chunk.png': usual,
  'coded-srgb.png': usual,
  'coded-p3.png': p3,

  'rgb16-srgb.tif': usual,
  'rgb16-p3.tif': p3,
  'rgb16-p3-turned.tif': [p3[0], p3[0]],
  'rgb16-linear.tif': linear,
  'rgb16-planar-p3.tif': p3,
  'rgb16-bigendian.tif': usual,
  'rgb8-planar.tif': usual,
  'grey16.tif': greys,
  'grey16-gamma22.tif': greyGamma,
  'grey16-linear.tif': greyLinear,
  'grey16-miniswhite.tif': [grey(155), grey(225)],
  'bit1-white0.tif': [grey(255), grey(0)],
  'bit1-black0.tif': [grey(0), grey(255)],
  'bit4-white0.tif': [grey(153), grey(221)],
  'palette4.tif': usual,
  'rgb-extra-unspecified.tif': [usual[0], usual[0]],
  'five-channels.tif': [usual[0], usual[0]],
  'six-channels.tif': usual,
  'extra-unspecified-bigtiff.tif': usual,
  'extra-associated.tif': usualAlpha,
  'extra-unassociated.tif': usualAlpha,
  'extra-unassociated-and-unspecified.tif': usualAlpha,
  'extra-associated-and-unspecified.tif': usualAlpha,
  'extra16-unspecified.tif': usual,
  'extra16-associated.tif': usualAlpha,
  'extra16-unassociated-p3.tif': p3Alpha,
  'rgb-fourth-channel-untold.tif': [usualAlpha[0], grey(255)],
  'grey-alpha-unspecified.tif': greys,
  'grey-alpha-unassociated.tif': greyAlpha,
  'float32-unit.tif': [grey(100), grey(100)],
  'grey-float16-unit.tif': greys,
  'rgb-float32-unit.tif': usual,
  'rgb-float32-bigendian.tif': usual,
  'rgb-float32-turned.tif': [usual[0], usual[0]],
  'rgb-float32-linear.tif': linear,
  'rgb-alpha-float32.tif': usualAlpha,
  'grey-float32-linear.tif': greyLinear,
  'cmyk8.tif': usual,
  'cmyk8-icc.tif': inks,
  'cmyk8-spot-ink.tif': usual,
  'cmyk16.tif': usual,
  'ycbcr-raw-11.tif': usual,
  'ycbcr-raw-21.tif': usual,
  'ycbcr-raw-22.tif': usual,
  'ycbcr-video-11.tif': usual,
  'jpeg-ycbcr-22.tif': usual,
  'lab8.tif': usual,
  'lab16.tif': usual,
  'lab8-alpha.tif': usualAlpha,
  'icclab8.tif': usual,

  'cmyk.jpg': usual,
  'cmyk-icc.jpg': inks,
  'rgb-p3.jpg': p3,
  'grey-linear.jpg': greyLinear,

  'video-range.avif': usual,
  'grey-video-range.avif': greys,
  'grey-linear.avif': greyLinear,
  'premultiplied.avif': usualAlpha,
  'premultiplied-video-range.avif': usualAlpha,
  'p3.avif': p3,
  '10bit-p3.avif': p3,
  'coded-p3.avif': p3,
  'animated.avif': [usual[0], usual[0]],
  'animated-alpha.avif': usualAlpha,
  'animated.webp': usual,
  'animated.gif': usual,
  'p3.webp': p3,
}

const refused: Record<string, string> = {
  'grey-float32-255.tif': 'has floating-point values outside 0 to 1',
  'grey-float32-negative.tif': 'has floating-point values outside 0 to 1',
  'grey-float32-over.tif': 'has floating-point values outside 0 to 1',
  'grey-float32-nan.tif': 'has floating-point values outside 0 to 1',
  'grey-float64-unit.tif': 'has 64-bit floating-point values',
  'grey-int8.tif': 'holds signed numbers',
  'grey-int16.tif': 'holds signed numbers',
  'grey-uint32.tif': 'holds 32-bit numbers',
  'rgb-uint32.tif': 'holds 32-bit numbers',
  'grey12.tif': 'holds 12-bit numbers',
  'grey-complex64.tif': 'holds complex numbers',
  'mixed-bits.tif': 'has channels of different numbers of bits',
  'grey-two-unspecified.tif': 'has channels of unknown meaning',
  'grey-second-channel-untold.tif': 'has channels of unknown meaning',
  'camera-raw.tif': 'is raw camera data',
  'coded-pq.png': 'is a high dynamic range (HDR) image',
  'coded-hlg.png': 'is a high dynamic range (HDR) image',
  'coded-video-range.png': 'has colours in video range',
  'coded-pq.avif': 'is a high dynamic range (HDR) image',
  'coded-hlg.avif': 'is a high dynamic range (HDR) image',
  'coded-bt2020.avif': 'has colours in a space that cannot be read',
}

test.each(Object.entries(read))('%s has the colours that it means', async (name, [left, right]) => {
  const found = await halves(join(images, name))
  expectNear(found[0], left)
  expectNear(found[1], right)
})

test.each(Object.entries(refused))('%s is refused with a reason', async (name, reason) => {
  await expect(halves(join(images, name))).rejects.toThrow(reason)
})

test('every image there is read or refused by a test above, and a scan knows them', async () => {
  const all = readdirSync(images).filter((name) => !name.endsWith('.md'))
  expect(all.sort()).toEqual([...Object.keys(read), ...Object.keys(refused)].sort())
  const report = await importer.request('scan', { job: 's', paths: [images] })
  const options = { ...report.suggested, height: 8, width: 8, channels: 3 as const }
  const datasetsDirectory = join(folder, 'datasets')
  const record = await importer.request('pack', { job: 'p', scan: report.scan, options, datasetsDirectory })
  const index = datasetIndexSchema.parse(
    JSON.parse(readFileSync(join(record.directory, 'index.json'), 'utf8')),
  )
  expect(index.paths.map((path) => basename(path)).sort()).toEqual(Object.keys(read).sort())
  const reasons = Object.fromEntries(index.problems.map(({ path, reason }) => [basename(path), reason]))
  expect(Object.keys(reasons).sort()).toEqual(Object.keys(refused).sort())
  for (const [name, reason] of Object.entries(refused)) expect(reasons[name]).toContain(reason)
})

test.each(['rgb16-p3.png', 'rgba16-p3.png', 'extra16-unspecified.tif', 'coded-p3.avif', 'lab8-alpha.tif'])(
  '%s comes as grey and with an alpha too',
  async (name) => {
    const path = join(images, name)
    const [colour] = await halves(path)
    const luminance = await sharp(Buffer.from(colour), { raw: { width: 1, height: 1, channels: 3 } })
      .toColourspace('b-w')
      .raw()
      .toBuffer()
    expectNear((await halves(path, 1))[0], [...luminance])
    const [[red = 0, green = 0, blue = 0, alpha = 0]] = await halves(path, 4)
    expectNear([alpha], [name.includes('alpha') || name.startsWith('rgba') ? 128 : 255])
    const onWhite = (value: number) => 255 + ((value - 255) * alpha) / 255
    expectNear([red, green, blue].map(onWhite), colour)
  },
)

/** Noise keeps these files larger than what is read before they are decoded. */
function noise(count: number, around: (i: number) => number): number[] {
  return Array.from({ length: count }, (_, i) => around(i) + ((i * i * 31 + i * 7) % 401) - 200)
}

/** A 16-bit PNG of these numbers with the profile of a small one. */
async function deepPng(numbers: Uint16Array, options: { side: number; profileOf: string }): Promise<Buffer> {
  const { side, profileOf } = options
  const bare = await sharp(numbers, { raw: { width: side, height: side, channels: 3 } })
    .toColourspace('rgb16')
    .png({ compressionLevel: 0 })
    .toBuffer()
  // Signature and header are 33 bytes; in the small file the profile's chunk follows.
  const small = readFileSync(join(images, profileOf))
  const profile = small.subarray(33, 33 + 12 + small.readUInt32BE(33))
  expect(profile.toString('latin1', 4, 8)).toBe('iCCP')
  return Buffer.concat([bare.subarray(0, 33), profile, bare.subarray(33)])
}

test('large files are read as small ones are', async () => {
  const side = 256
  const halfOf = (i: number) => (i % (3 * side) < (3 * side) / 2 ? usual[0] : usual[1])
  const numbers = Uint16Array.from(noise(side * side * 3, (i) => (halfOf(i)[i % 3] ?? 0) * 257))
  const large = await deepPng(numbers, { side, profileOf: 'rgb16-p3.png' })
  const [path = ''] = writeFiles(folder, { 'large.png': large })
  const found = await halves(path)
  expectNear(found[0], p3[0])
  expectNear(found[1], p3[1])
})

test('colours are converted before an image is brought to its size, as those of 8 bits are', async () => {
  const side = 64
  const stripes = Uint16Array.from({ length: side * side * 3 }, (_, i) =>
    Math.floor(i / 3) % 2 === 0 ? 9000 : 50_000,
  )
  const [path = ''] = writeFiles(folder, {
    'stripes.png': await deepPng(stripes, { side, profileOf: 'rgb16-linear.png' }),
  })
  // The middle between the two as sRGB; of the numbers themselves the middle would be 180.
  expectNear((await halves(path))[0], grey(Math.round((105 + 226) / 2)))
})

test('an image whose numbers are read by themselves is padded with white as others are', async () => {
  const shape = { height: 16, width: 32, channels: 3 } as const
  const path = join(images, 'rgb16-p3.png')
  const { pixels } = await importer.request('decode', { path, shape, fit: 'fit' })
  const at = (x: number) => [...pixels.subarray((8 * 32 + x) * 3, (8 * 32 + x + 1) * 3)]
  expect(at(2)).toEqual([255, 255, 255])
  expectNear(at(11), p3[0])
  expectNear(at(20), p3[1])
  expect(at(29)).toEqual([255, 255, 255])
})
