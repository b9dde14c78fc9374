import { execFile } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import sharp from 'sharp'
import { readSafetensors } from '../../../src-main/engine/checkpoints/safetensors.ts'
import { command, commandFile } from '../../helpers/command.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { plain, writeFiles } from '../../helpers/images.ts'

const folder = temporaryFolder('cli')
const images = join(folder.path, 'My images')
const data = join(folder.path, 'data')
const main = commandFile
const flowerbed = command(data)
const small = [
  '--image-size',
  '16',
  '--batch',
  '8',
  '--set',
  'hidden=8',
  '--set',
  'sampleSteps=4',
  '--set',
  'sampleCount=4',
  // Timing another precision first would take as long as these runs.
  '--set',
  'precision=fp32',
]

beforeAll(async () => {
  const colours = ['#d03030', '#30a030', '#3050d0', '#d0c030']
  const files = await Promise.all(
    Array.from({ length: 24 }, (_, i) =>
      plain(20, 20, colours[i % 4]!)
        .png()
        .toBuffer(),
    ),
  )
  writeFiles(images, Object.fromEntries(files.map((bytes, i) => [`image ${i}.png`, bytes])))
})
afterAll(() => folder.remove())

const stepsTold = (told: string) => [...told.matchAll(/step (\d+) of/g)].map(([, step]) => Number(step))

describe('flowerbed', () => {
  it('trains on a folder, draws, interpolations between two images and remembers the run', async () => {
    const trained = await flowerbed(['train', images, '--steps', '60', '--json', ...small])
    expect(trained.err).toContain('24 images at 16 × 16')
    expect(trained.err).toMatch(/On .+: \S/)
    expect(trained.code).toBe(0)
    expect(trained.json).toMatchObject({ steps: 60, device: 'cpu' })
    const losses = trained.json['losses'] as Record<string, number>
    expect(Object.keys(losses).sort()).toEqual(['kl', 'loss', 'velocity'])
    expect(trained.json['stepsPerSecond']).toBeGreaterThan(0)

    const { json } = await flowerbed(['runs', '--json'])
    const [run] = json['runs'] as { id: string; name: string; status: string; step: number; losses: object }[]
    expect(run).toMatchObject({
      id: trained.json['run'],
      name: 'My images',
      status: 'finished',
      step: 60,
      losses,
    })

    const out = join(folder.path, 'drawn')
    const drawn = await flowerbed([
      'sample',
      'latest',
      '--count',
      '5',
      '--steps',
      '4',
      '--out',
      out,
      '--json',
    ])
    const files = drawn.json['files'] as string[]
    expect(files).toHaveLength(5)
    expect(await sharp(files[4]).metadata()).toMatchObject({ format: 'png', width: 16, height: 16 })
    expect(await sharp(drawn.json['sheet'] as string).metadata()).toMatchObject({
      width: 3 * 128,
      height: 2 * 128,
    })

    const ways = await flowerbed(
      `sample latest --count 3 --solver dopri5 --tolerance 0.01 --temperature 0.8 --weights raw --trajectory 5 --json`
        .split(' ')
        .concat('--out', join(folder.path, 'ways')),
    )
    expect(ways.json['evaluations']).toBeGreaterThan(2)
    const trajectory = ways.json['trajectory'] as { files: string[]; animation: string }
    expect(trajectory.files).toHaveLength(3)
    expect(await sharp(trajectory.files[2]).metadata()).toMatchObject({ width: 5 * 128, height: 128 })
    // Forth and back, without the ends twice.
    expect(await sharp(trajectory.animation, { pages: -1 }).metadata()).toMatchObject({ pages: 8 })

    const exported = join(folder.path, 'exported')
    const toModel = ['export', 'latest', '--format', 'saved-model', '--count', '2', '--steps', '3', '--json']
    const written = await flowerbed([...toModel, '--out', exported])
    expect(written.json).toMatchObject({ run: run!.id, format: 'saved-model', step: 60, folder: exported })
    for (const file of written.json['files'] as string[]) expect(existsSync(join(exported, file))).toBe(true)
    const again = await flowerbed([...toModel, '--out', exported])
    expect(again).toMatchObject({
      code: 1,
      err: expect.stringContaining('nothing is written over') as string,
    })
    const adaptive = await flowerbed([...toModel, '--out', `${exported}-2`, '--solver', 'dopri5'])
    expect(adaptive).toMatchObject({ code: 2, err: expect.stringContaining('such as heun') as string })
    expect((await flowerbed(['export', 'latest', '--out', exported, '--format', 'onnx'])).code).toBe(2)

    const ends = [join(images, 'image 0.png'), join(images, 'image 1.png')]
    for (const encoder of ['posterior', 'inversion']) {
      const file = join(folder.path, `${encoder}.safetensors`)
      const encoded = await flowerbed([
        'encode',
        'latest',
        ...ends,
        '--encoder',
        encoder,
        '--steps',
        '8',
        '--out',
        file,
        '--json',
      ])
      expect(encoded.json['reconstructionError']).toHaveLength(2)
      const { tensors, metadata } = readSafetensors(readFileSync(file), file)
      expect(tensors['latents']?.shape).toEqual([2, 16, 16, 3])
      expect(metadata).toMatchObject({ run: trained.json['run'], encoder })
    }
    for (const [name, format] of [
      ['interpolation.png', 'png'],
      ['interpolation.gif', 'gif'],
      ['interpolation.webp', 'webp'],
    ] as const) {
      const file = join(folder.path, name)
      const interpolated = await flowerbed([
        'interpolate',
        run!.id.slice(0, 10),
        ...ends,
        '--frames',
        '5',
        '--steps',
        '4',
        '--out',
        file,
      ])
      expect(interpolated.err).toContain(name)
      expect((await sharp(file, { pages: -1 }).metadata()).format).toBe(format)
    }
    expect((await sharp(join(folder.path, 'interpolation.gif')).metadata()).pages).toBe(8)
  })

  it('trains every rung of the ladder on the same images and reports them side by side', async () => {
    const out = join(folder.path, 'ladder')
    const { code, json } = await flowerbed(
      ['ladder', images, '--steps', '2', '--out', out, '--json', '--image-size', '16'].concat(
        ['hidden=8', 'batch=4'].flatMap((setting) => ['--set', setting]),
      ),
    )
    expect(code).toBe(0)
    const rungs = json['rungs'] as { preset: string; samples: string; reconstruction: string; run: object }[]
    expect(rungs.map(({ preset }) => preset)).toEqual([
      'ladder-1-vanilla',
      'ladder-2-posterior',
      'ladder-3-unet',
      'ladder-4-prior',
      'ladder-5-observation-noise',
      'balanced',
    ])
    const page = readFileSync(join(out, 'index.html'), 'utf8')
    for (const { run, samples, reconstruction } of rungs) {
      expect(run).toMatchObject({ steps: 2 })
      expect(page).toContain(samples)
      expect(await sharp(join(out, samples)).metadata()).toMatchObject({ format: 'png' })
      expect((await sharp(join(out, reconstruction)).metadata()).height).toBeGreaterThan(16)
    }
    expect(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'))).toHaveProperty('rungs')
  })

  it('saves on Ctrl+C and goes on from there', async () => {
    const stopped = await flowerbed(['train', images, '--steps', '100000', ...small], (told) =>
      stepsTold(told).some((step) => step > 0),
    )
    expect(stopped.err).toContain('Go on with: flowerbed train --resume')
    expect(stopped.code).toBe(130)
    const before = (
      (await flowerbed(['runs', '--json'])).json['runs'] as { id: string; status: string; step: number }[]
    )[0]!
    expect(before.status).toBe('paused')
    expect(existsSync(join(data, 'runs', before.id, 'checkpoints'))).toBe(true)
    // Where it stands is told before it has learned anything more.
    const more = await flowerbed(['train', '--resume', before.id, '--steps', '1', '--json'], (told) =>
      stepsTold(told).some((step) => step > before.step),
    )
    expect(more.code).toBe(130)
    const after = ((await flowerbed(['runs', '--json'])).json['runs'] as { step: number }[])[0]!
    expect(after.step).toBeGreaterThan(before.step)
  })

  it('learns for so many passes, keeps the saves that are pinned, and draws from the one that is meant', async () => {
    const trained = await flowerbed(
      ['train', images, '--epochs', '2', '--json', ...small].concat(
        ['checkpointEvery=2', 'checkpointKeep=3'].flatMap((setting) => ['--set', setting]),
      ),
    )
    // 24 images twice, 8 a step.
    expect(trained.json).toMatchObject({ steps: 6 })
    const run = trained.json['run'] as string

    const pinned = await flowerbed(['runs', 'pin', run, '2', '--json'])
    expect(pinned.json).toMatchObject({ checkpoint: { step: 2, pinned: true } })
    await flowerbed(['train', '--resume', run, '--steps', '4'])
    const { err, json } = await flowerbed(['runs', 'checkpoints', run, '--json'])
    const saves = json['checkpoints'] as { step: number; loss: number; best: boolean; pinned: boolean }[]
    expect(saves.map(({ step }) => step)).toEqual(expect.arrayContaining([10, 8, 6, 2]))
    const lowest = Math.min(...saves.map(({ loss }) => loss))
    expect(saves.filter(({ best }) => best).map(({ loss }) => loss)).toEqual([lowest])
    expect(err).toMatch(/step 2 .* kB .*loss .*pinned/)
    await flowerbed(['runs', 'unpin', 'latest', '2'])
    expect((await flowerbed(['runs', 'checkpoints', run])).err).not.toContain('pinned')

    const draw = (checkpoint: string) =>
      flowerbed(
        ['sample', run, '--count', '1', '--steps', '2', '--checkpoint', checkpoint].concat(
          '--out',
          join(folder.path, `from ${checkpoint}`),
        ),
      )
    for (const choice of ['best', '2', 'latest']) expect((await draw(choice)).code).toBe(0)
    const image = (choice: string) => readFileSync(join(folder.path, `from ${choice}`, 'image-0001.png'))
    expect(image('2')).not.toEqual(image('latest'))
    const missing = await draw('3')
    expect(missing.code).toBe(2)
    expect(missing.err).toContain('no checkpoint of step 3')

    const listed = await flowerbed(['runs', '--json'])
    const [first] = listed.json['runs'] as { disk: { checkpoints: number; total: number } }[]
    expect(first!.disk.checkpoints).toBeGreaterThan(1000)
    expect(first!.disk.total).toBeGreaterThan(first!.disk.checkpoints)
    expect(listed.err).toMatch(/Runs take .*, images .*; .* are free/)
  })

  it('tells how a run encodes, as of its last sampling or an earlier one', async () => {
    const trained = await flowerbed(
      ['train', images, '--steps', '4', '--json', ...small].concat('--set', 'sampleEvery=2'),
    )
    const { err, json } = await flowerbed(['runs', 'diagnostics', 'latest', '--json'])
    expect(json).toMatchObject({ run: trained.json['run'], diagnostics: { step: 4, images: 16 } })
    expect(err).toMatch(/Active dimensions: \d+ of 768 .*active dimensions/)
    const map = /KL map: (.+\.png) \(/.exec(err)?.[1] ?? ''
    expect(await sharp(map).metadata()).toMatchObject({ width: 16, height: 16 })
    const earlier = await flowerbed(['runs', 'diagnostics', 'latest', '--step', '2', '--json'])
    expect(earlier.json).toMatchObject({ diagnostics: { step: 2 } })
    const missing = await flowerbed(['runs', 'diagnostics', 'latest', '--step', '3'])
    expect(missing.code).toBe(2)
    expect(missing.err).toMatch(/no diagnostics of step 3.*0, 2, 4/s)
  })

  it.each([
    ['no folder', ['train'], /Name a folder/],
    ['a folder that is not there', ['train', '/no/such/folder'], /\/no\/such\/folder/],
    ['an unknown setting', ['train', images, '--set', 'hiden=8'], /no setting “hiden”.*hidden/],
    ['a setting out of range', ['train', images, '--set', 'hidden=2'], /Hidden must be at least 4/],
    ['an unknown preset', ['train', images, '--preset', 'best'], /no preset “best”.*balanced/],
    ['a number that is none', ['train', images, '--steps', 'many'], /whole number/],
    [
      'a tolerance of one',
      ['sample', 'latest', '--tolerance', '1', '--out', folder.path],
      /tolerance must be at most 0.1/,
    ],
    ['no images', ['sample', 'latest', '--count', '0', '--out', folder.path], /At least 1 image/],
    [
      'a save that is none',
      ['sample', 'latest', '--out', '.', '--checkpoint', 'good'],
      /latest, best or a step/,
    ],
    ['a pin without a step', ['runs', 'pin', 'latest'], /missing required argument 'step'/],
    ['an unknown run', ['sample', 'zzz', '--out', folder.path], /no run “zzz”/],
    ['an unknown command', ['grow'], /unknown command/],
    [
      'an image that is none',
      ['interpolate', 'latest', main, main, '--out', join(folder.path, 'x.png')],
      /main\.ts/,
    ],
    [
      'a file type that cannot be written',
      ['interpolate', 'latest', main, main, '--out', 'x.jpg'],
      /\.png, \.gif or \.webp/,
    ],
  ])('answers %s with one clear line and exit code 2', async (_, args, message) => {
    const { code, err } = await flowerbed(args)
    expect(err).toMatch(message)
    expect(err).not.toMatch(/\n\s+at /)
    expect(code).toBe(2)
  })

  it('says that a folder without images has none', async () => {
    const empty = temporaryFolder('empty')
    writeFileSync(join(empty.path, 'note.txt'), 'no image')
    const { code, err } = await flowerbed(['train', empty.path])
    empty.remove()
    expect(code).toBe(2)
    expect(err).toMatch(/image/)
  })

  it('times the import of a folder beside what sharp alone decodes', async () => {
    const args = ['bench', 'import', images, '--image-size', '16', '--repeats', '2', '--json']
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [main, ...args])
    const result = JSON.parse(stdout) as Record<string, number>
    expect(result).toMatchObject({ images: 24, size: 16 })
    for (const key of ['packSeconds', 'sharpSeconds', 'ratio', 'imagesPerSecond'])
      expect(result[key]).toBeGreaterThan(0)
    expect(stderr).toMatch(/of what sharp alone decodes/)
  })

  it('times a step of any size, and refuses what PyTorch cannot be asked for', async () => {
    const args = ['bench', 'step', '--network', 'default-64', '--image-size', '16', '--set', 'hidden=8']
    const short = ['--set', 'batch=2', '--steps', '2', '--repeats', '2', '--json']
    const { stdout } = await promisify(execFile)(process.execPath, [main, ...args, ...short])
    const result = JSON.parse(stdout) as Record<string, number>
    expect(result).toMatchObject({ network: 'default-64', imageSize: 16 })
    for (const key of ['msPerStep', 'processorMsPerStep', 'gflops', 'peakGflops'])
      expect(result[key]).toBeGreaterThan(0)
    expect(result['parameters']).toBeLessThan(1e6)
    const asked = promisify(execFile)(process.execPath, [
      main,
      ...args,
      '--against',
      'torch',
      '--python',
      'none',
    ])
    await expect(asked).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/Leave out --set and --image-size/) as string,
    })
  })

  it('times the sampling of images', async () => {
    const args = [
      'bench',
      'sample',
      '--count',
      '3',
      '--steps',
      '2',
      '--repeats',
      '2',
      '--solver',
      'heun',
      '--json',
    ]
    const { stdout } = await promisify(execFile)(process.execPath, [main, ...args])
    const result = JSON.parse(stdout) as Record<string, number>
    // Heun takes two evaluations a step.
    expect(result).toMatchObject({ network: 'default-64', count: 3, evaluations: 4 })
    expect(result['msPerImage']).toBeGreaterThan(0)
    expect(result['evaluationsPerSecond']).toBeCloseTo((4 * 1000) / result['msPerImage']!)
  })

  it('examines the machine', async () => {
    const { code, json } = await flowerbed(['doctor', '--json'])
    expect(code).toBe(0)
    expect(json).toMatchObject({ device: { used: 'cpu' }, dataDirectory: data })
    const { version } = JSON.parse(readFileSync(resolve(main, '../../../package.json'), 'utf8')) as {
      version: string
    }
    expect((json['versions'] as { flowerbed: string }).flowerbed).toBe(version)
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [main, 'doctor', '--data-dir', data, '--device', 'cpu', '--json'],
      { env: { ...process.env, FLOWERBED_THREADS: '1' } },
    )
    expect(JSON.parse(stdout)).toMatchObject({
      threads: { count: 1, why: 'FLOWERBED_THREADS' },
      device: { choice: 'cpu', used: 'cpu', why: 'chosen by you' },
    })
  })
})
