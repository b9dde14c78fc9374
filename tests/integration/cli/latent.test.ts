import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodersOf } from '#shared/encoders.ts'
import { readSafetensors } from '../../../src-main/engine/checkpoints/safetensors.ts'
import { command, commandsInOneProcess } from '../../helpers/command.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { plain, writeFiles } from '../../helpers/images.ts'

const folder = temporaryFolder('cli-latent')
const images = join(folder.path, 'Colours')
const data = join(folder.path, 'data')
const commands = commandsInOneProcess(data)
const flowerbed = commands.run
const file = (name: string) => join(folder.path, name)
const red = (i: number) => join(images, 'red', `${i}.png`)
const blue = (i: number) => join(images, 'blue', `${i}.png`)
const quick = ['--steps', '4', '--json']

/** Average of an image's red, green and blue. */
const colour = async (path: string) => (await sharp(path).stats()).channels.map(({ mean }) => mean)

beforeAll(async () => {
  for (const [label, start] of [
    ['red', 0xd02010],
    ['blue', 0x1020d0],
  ] as const) {
    const files = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        plain(20, 20, `#${(start + i * 0x010101).toString(16).padStart(6, '0')}`)
          .png()
          .toBuffer(),
      ),
    )
    writeFiles(join(images, label), Object.fromEntries(files.map((bytes, i) => [`${i}.png`, bytes])))
  }
  const settings = [
    'hidden=8',
    'batch=8',
    'sampleEvery=0',
    'network=conv',
    'precision=fp32',
    'learningRate=0.003',
  ]
  const trained = await command(data)(
    ['train', images, '--steps', '120', '--image-size', '16', '--preset', 'pixel-posterior'].concat(
      settings.flatMap((setting) => ['--set', setting]),
    ),
  )
  expect(trained.code).toBe(0)
})
afterAll(async () => {
  await commands.end()
  folder.remove()
})

describe('latents on the command line', () => {
  it('encodes by three encoders, and reports the reconstruction error of each image', async () => {
    for (const encoder of encodersOf({ posterior: true, code: 0 })) {
      const out = file(`${encoder}.safetensors`)
      const { json, err } = await flowerbed(
        ['encode', 'latest', red(0), blue(0), '--encoder', encoder, '--out', out, '--seed', '5'].concat(
          quick,
        ),
      )
      expect(json).toMatchObject({ encoder, file: out })
      expect(json['reconstructionError']).toHaveLength(2)
      expect(err).toMatch(/0\.png: reconstruction error \d+\.\d %/)
      const { tensors, metadata } = readSafetensors(readFileSync(out), out)
      expect(tensors['latents']?.shape).toEqual([2, 16, 16, 3])
      expect(metadata).toMatchObject({ encoder })
      expect(metadata['seed']).toBe(encoder === 'posterior-sample' ? '5' : undefined)
    }
  })

  it.each([
    ['three', [red(0), blue(0), red(7)], '4', { rows: 4, columns: 4 }],
    ['four', [red(0), blue(0), red(7), blue(7)], '2x5', { rows: 2, columns: 5 }],
  ])('generates a sheet between %s images, the originals beside it', async (name, images, grid, size) => {
    const out = file(`${name}.png`)
    const { json, err } = await flowerbed(
      ['interpolate', 'latest', ...images, '--grid', grid, '--out', out].concat(quick),
    )
    expect(json).toMatchObject({ file: out, originals: file(`${name}-originals.png`), ...size })
    expect(json['reconstructionError']).toHaveLength(images.length)
    expect(err).toMatch(/reconstruction error of the corners: \d/)
    const tile = 128
    expect(await sharp(out).metadata()).toMatchObject({
      width: size.columns * tile,
      height: size.rows * tile,
    })
    expect(await sharp(json['originals'] as string).metadata()).toMatchObject({
      width: 2 * tile,
      height: 2 * tile,
    })
  })

  it('shifts red images to blue by labels, and by files in proportion to the strength', async () => {
    const out = file('labels.png')
    const labels = ['--add-label', 'blue', '--subtract-label', 'red', '--strength', '1']
    const byLabel = await flowerbed(
      ['interpolate', 'latest', red(1), red(2), ...labels, '--out', out].concat(quick),
    )
    expect(byLabel.json).toMatchObject({ added: 8, subtracted: 8, strengths: [1] })
    expect(byLabel.json['directionSize']).toBeGreaterThan(0)
    expect(await sharp(out).metadata()).toMatchObject({ width: 128, height: 256 })
    const [r = 0, , b = 0] = await colour(out)
    expect(b).toBeGreaterThan(r)
    const [originalRed = 0, , originalBlue = 0] = await colour(byLabel.json['originals'] as string)
    expect(originalRed).toBeGreaterThan(originalBlue)

    const shifted = file('shifted.png')
    const files = ['--add', blue(0), blue(1), '--subtract', red(0), red(1)]
    const made = await flowerbed(
      ['interpolate', 'latest', red(3), ...files, '--strength', '-0.5..1', '--frames', '4'].concat(
        ['--out', shifted],
        quick,
      ),
    )
    expect(made.json['strengths']).toEqual([-0.5, 0, 0.5, 1])
    const blues = await Promise.all(
      [0, 1, 2, 3].map(async (i) => {
        const { data, info } = await sharp(shifted).raw().toBuffer({ resolveWithObject: true })
        return data[(64 * info.width + 64 + i * 128) * info.channels + 2] ?? 0
      }),
    )
    expect(blues).toEqual([...blues].sort((a, b) => a - b))

    const gif = file('shifted.gif')
    await flowerbed(
      ['interpolate', 'latest', red(3), ...files, '--strength', '0..1', '--frames', '3', '--out', gif].concat(
        quick,
      ),
    )
    expect(await sharp(gif, { pages: -1 }).metadata()).toMatchObject({ format: 'gif', pages: 4 })
  })

  it('interpolates at an even pace, or by the parameter along an easing curve', async () => {
    const ends = ['interpolate', 'latest', red(0), blue(0), '--frames', '5', '--out', file('path.png')]
    const even = await flowerbed(ends.concat(quick))
    expect(even.json).toMatchObject({ file: file('path.png'), pace: 'even', easing: 'linear' })
    expect(even.json['shares']).toHaveLength(5)
    expect(even.json['evenness']).toBeGreaterThanOrEqual(1)
    expect(even.err).toMatch(/largest change between frames is \d\.\d\d times the mean change/)
    expect(await sharp(file('path.png')).metadata()).toMatchObject({ width: 5 * 128, height: 128 })

    const eased = await flowerbed(ends.concat(['--pace', 'parameter', '--easing', 'ease-out'], quick))
    expect(eased.json).toMatchObject({ pace: 'parameter', easing: 'ease-out' })
    expect(eased.json['shares']).toEqual([0, 0.4375, 0.75, 0.9375, 1])
  })

  it('leads through several images and back, as a loop or as a folder of frames', async () => {
    const path = ['interpolate', 'latest', red(0), blue(0), red(4), '--closed', '--frames', '6']
    const loop = await flowerbed(
      path.concat(['--out', file('loop.webp'), '--fps', '25', '--scale', '2'], quick),
    )
    expect(loop.json).toMatchObject({ closed: true, files: 1 })
    expect(loop.json['reconstructionError']).toHaveLength(3)
    const { pages, width, delay } = await sharp(file('loop.webp'), { animated: true }).metadata()
    expect({ pages, width, delay }).toEqual({ pages: 6, width: 32, delay: Array(6).fill(40) })

    const frames = await flowerbed(path.concat(['--out', file('frames')], quick))
    expect(frames.json).toMatchObject({ file: file('frames'), files: 6 })
    expect(existsSync(file('frames/frame-006.png'))).toBe(true)
    const again = await flowerbed(path.concat(['--out', file('frames')], quick))
    expect(again.err).toMatch(/nothing is overwritten/)
  })

  const out = ['--out', file('no.png')]
  it.each([
    ['two images for a grid', [red(0), blue(0), '--grid', '3', ...out], /between 3 or 4 images, not 2/],
    ['one image for an interpolation', [red(0), ...out], /between 2 to 12 images, not 1/],
    [
      'fewer frames than images',
      [red(0), blue(0), red(1), '--frames', '2', ...out],
      /at least 3 frames.*--frames/,
    ],
    ['a grid of nothing', [red(0), blue(0), red(1), '--grid', 'x', ...out], /Write it as 7, or as 5x9/],
    [
      'an animated grid',
      [red(0), blue(0), red(1), '--grid', '3', '--out', file('no.gif')],
      /grid is written as \.png/,
    ],
    ['an image that is not there', [red(0), blue(99), red(1), '--grid', '3', ...out], /99\.png/],
    ['an empty group', [red(0), '--add', '--subtract', red(1), ...out], /nothing to add/],
    [
      'a label that is not there',
      [red(0), '--add-label', 'green', '--subtract-label', 'red', ...out],
      /no label “green”.*There are: blue, red/,
    ],
    [
      'a pace that is none',
      [red(0), blue(0), '--pace', 'slow', ...out],
      /Allowed choices are even, parameter/,
    ],
    ['a strength that is none', [red(0), '--strength', 'much', ...out], /must be a number, or two/],
  ])('answers %s with one clear line and exit code 2', async (_, args, message) => {
    const { code, err } = await flowerbed(['interpolate', 'latest', ...args])
    expect(err).toMatch(message)
    expect(err).not.toMatch(/\n\s+at /)
    expect(code).toBe(2)
    expect(existsSync(file('no.png'))).toBe(false)
  })
})
