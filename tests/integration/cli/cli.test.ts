import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import sharp from 'sharp'
import { command, commandFile, commandsInOneProcess } from '../../helpers/command.ts'
import type { Outcome } from '../../helpers/command.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { plain, writeFiles } from '../../helpers/images.ts'
import { originIn } from '../../helpers/origin.ts'

const folder = temporaryFolder('cli')
const images = join(folder.path, 'My images')
const data = join(folder.path, 'data')
const main = commandFile
/** A process each, as people start it. */
const flowerbed = command(data)
const commands = commandsInOneProcess(data)
const quickly = commands.run
// Timing another precision first would take as long as these runs.
const small = [
  ...['--image-size', '16', '--batch', '8', '--set', 'hidden=8', '--set', 'sampleSteps=4'],
  ...['--set', 'sampleCount=4', '--set', 'precision=fp32'],
]
/** A network that is compiled sooner than the default, which the ladder trains and samples. */
const soon = ['--set', 'network=conv']

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
afterAll(async () => {
  await commands.end()
  folder.remove()
})

const stepsTold = (told: string) => [...told.matchAll(/step (\d+) of/g)].map(([, step]) => Number(step))

describe('flowerbed', () => {
  it('trains on a folder, samples, exports, interpolates between two images and lists the run', async () => {
    const trained = await flowerbed(['train', images, '--steps', '60', '--json', ...small, ...soon])
    expect(trained.err).toContain('24 images at 16 × 16')
    expect(trained.err).toMatch(/On .+: \S/)
    expect(trained.code).toBe(0)
    expect(trained.json).toMatchObject({ steps: 60, device: 'cpu' })
    const losses = trained.json['losses'] as Record<string, number>
    expect(Object.keys(losses).sort()).toEqual(['loss', 'velocity'])
    expect(trained.json['stepsPerSecond']).toBeGreaterThan(0)

    const { json } = await quickly(['runs', '--json'])
    const [run] = json['runs'] as { id: string; name: string; status: string; step: number; losses: object }[]
    expect(run).toMatchObject({
      id: trained.json['run'],
      name: 'My images',
      status: 'finished',
      step: 60,
      losses,
    })

    const out = join(folder.path, 'samples')
    const sample = ['sample', 'latest', '--count', '5', '--steps', '4', '--json']
    const sampled = await flowerbed([...sample, '--out', out])
    const files = sampled.json['files'] as string[]
    expect(files).toHaveLength(5)
    expect(await sharp(files[4]).metadata()).toMatchObject({ format: 'png', width: 16, height: 16 })
    expect(await sharp(sampled.json['sheet'] as string).metadata()).toMatchObject({
      width: 3 * 128,
      height: 2 * 128,
    })

    expect(originIn(files[2]!)).toMatchObject({ run: run!.name, images: [2], record: { step: 60 } })

    const trajectories = await quickly(
      `sample latest --count 3 --solver dopri5 --tolerance 0.01 --temperature 0.8 --weights raw --trajectory 5 --json`
        .split(' ')
        .concat('--animation', 'gif', '--out', join(folder.path, 'trajectories')),
    )
    expect(trajectories.json['evaluations']).toBeGreaterThan(2)
    const trajectory = trajectories.json['trajectory'] as { files: string[]; animation: string }
    expect(trajectory.files).toHaveLength(3)
    expect(await sharp(trajectory.files[2]).metadata()).toMatchObject({ width: 5 * 128, height: 128 })
    // Forwards and backwards, with each end once.
    expect(await sharp(trajectory.animation, { pages: -1 }).metadata()).toMatchObject({ pages: 8 })

    const exported = join(folder.path, 'exported')
    const toModel = ['export', 'latest', '--format', 'saved-model', '--count', '2', '--steps', '3', '--json']
    const written = await quickly([...toModel, '--out', exported])
    expect(written.json).toMatchObject({ run: run!.id, format: 'saved-model', step: 60, folder: exported })
    for (const file of written.json['files'] as string[]) expect(existsSync(join(exported, file))).toBe(true)
    const adaptive = await quickly([...toModel, '--out', `${exported}-2`, '--solver', 'dopri5'])
    expect(adaptive).toMatchObject({ code: 2, err: expect.stringContaining('such as heun') as string })

    const ends = [join(images, 'image 0.png'), join(images, 'image 1.png')]
    for (const [name, format] of [
      ['interpolation.png', 'png'],
      ['interpolation.gif', 'gif'],
    ] as const) {
      const file = join(folder.path, name)
      const interpolated = await quickly([
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
    const { code, json } = await quickly(
      ['ladder', images, '--steps', '2', '--out', out, '--json', '--image-size', '16'].concat(
        ['hidden=8', 'batch=4', 'precision=fp32'].flatMap((setting) => ['--set', setting]),
      ),
    )
    expect(code).toBe(0)
    const rungs = json['rungs'] as {
      preset: string
      samples: string
      reconstruction: string
      run: { losses: object }
    }[]
    expect(rungs.map(({ preset }) => preset)).toEqual([
      'ladder-1-vanilla',
      'ladder-2-posterior',
      'ladder-3-unet',
      'ladder-4-prior',
      'ladder-5-observation-noise',
      'pixel-posterior',
      'auto',
    ])
    expect(Object.keys(rungs.at(-1)!.run.losses).sort()).toEqual(['codeKl', 'loss', 'velocity'])
    const page = readFileSync(join(out, 'index.html'), 'utf8')
    for (const { run, samples, reconstruction } of rungs) {
      expect(run).toMatchObject({ steps: 2 })
      expect(page).toContain(samples)
      expect(await sharp(join(out, samples)).metadata()).toMatchObject({ format: 'png' })
      expect((await sharp(join(out, reconstruction)).metadata()).height).toBeGreaterThan(16)
    }
    expect(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'))).toHaveProperty('rungs')
  })

  it('writes a checkpoint on Ctrl+C and resumes from there', async () => {
    const stopped = await flowerbed(['train', images, '--steps', '100000', ...small, ...soon], (told) =>
      stepsTold(told).some((step) => step > 0),
    )
    expect(stopped.err).toContain('Resume with: flowerbed train --resume')
    expect(stopped.code).toBe(130)
    const before = (
      (await flowerbed(['runs', '--json'])).json['runs'] as { id: string; status: string; step: number }[]
    )[0]!
    expect(before.status).toBe('paused')
    expect(existsSync(join(data, 'runs', before.id, 'checkpoints'))).toBe(true)
    // The first progress line after a resume has the step of the checkpoint.
    const more = await flowerbed(['train', '--resume', before.id, '--steps', '1', '--json'], (told) =>
      stepsTold(told).some((step) => step > before.step),
    )
    expect(more.code).toBe(130)
    const after = ((await flowerbed(['runs', '--json'])).json['runs'] as { step: number }[])[0]!
    expect(after.step).toBeGreaterThan(before.step)
  })

  describe('a run with checkpoints', () => {
    let trained: Outcome
    let run = ''
    beforeAll(async () => {
      trained = await quickly(
        ['train', images, '--epochs', '2', '--json', '--preset', 'pixel-posterior', ...small, ...soon].concat(
          ['checkpointEvery=2', 'checkpointKeep=3', 'sampleEvery=2'].flatMap((setting) => ['--set', setting]),
        ),
      )
      run = trained.json['run'] as string
    })

    it('has trained for the given epochs', () => {
      // 24 images twice, 8 a step.
      expect(trained.json).toMatchObject({ steps: 6 })
    })

    it('shows the diagnostics of its last sampling or an earlier one', async () => {
      const { err, json } = await quickly(['runs', 'diagnostics', run, '--json'])
      expect(json).toMatchObject({ run, diagnostics: { step: 6, images: 16 } })
      expect(err).toMatch(/Active dimensions: \d+ of 768 /)
      const map = /KL divergence by pixel: (.+\.png) \(/.exec(err)?.[1] ?? ''
      expect(await sharp(map).metadata()).toMatchObject({ width: 16, height: 16 })
      const earlier = await quickly(['runs', 'diagnostics', run, '--step', '2', '--json'])
      expect(earlier.json).toMatchObject({ diagnostics: { step: 2 } })
      const missing = await quickly(['runs', 'diagnostics', run, '--step', '3'])
      expect(missing.code).toBe(2)
      expect(missing.err).toMatch(/no diagnostics of step 3.*2, 4, 6/s)
    })

    it('keeps pinned checkpoints, and samples from the chosen one', async () => {
      const pinned = await quickly(['runs', 'pin', run, '2', '--json'])
      expect(pinned.json).toMatchObject({ checkpoint: { step: 2, pinned: true } })
      await quickly(['train', '--resume', run, '--steps', '4'])
      const { err, json } = await quickly(['runs', 'checkpoints', run, '--json'])
      const checkpoints = json['checkpoints'] as { step: number; loss: number; best: boolean }[]
      expect(checkpoints.map(({ step }) => step)).toEqual(expect.arrayContaining([10, 8, 6, 2]))
      const lowest = Math.min(...checkpoints.map(({ loss }) => loss))
      expect(checkpoints.filter(({ best }) => best).map(({ loss }) => loss)).toEqual([lowest])
      expect(err).toMatch(/step 2 .* kB .*loss .*pinned/)
      await quickly(['runs', 'unpin', 'latest', '2'])
      expect((await quickly(['runs', 'checkpoints', run])).err).not.toContain('pinned')

      const out = (checkpoint: string) => join(folder.path, `from ${checkpoint}`)
      const sample = (checkpoint: string) =>
        quickly(
          ['sample', run, '--count', '1', '--steps', '2', '--checkpoint', checkpoint].concat(
            '--out',
            out(checkpoint),
          ),
        )
      for (const choice of ['2', 'latest']) expect((await sample(choice)).code).toBe(0)
      const image = (choice: string) => readFileSync(join(out(choice), 'image-0001.png'))
      expect(image('2')).not.toEqual(image('latest'))
      const missing = await sample('3')
      expect(missing.code).toBe(2)
      expect(missing.err).toContain('no checkpoint of step 3')

      const listed = await quickly(['runs', '--json'])
      const [first] = listed.json['runs'] as { disk: { checkpoints: number; total: number } }[]
      expect(first!.disk.checkpoints).toBeGreaterThan(1000)
      expect(first!.disk.total).toBeGreaterThan(first!.disk.checkpoints)
      expect(listed.err).toMatch(/Disk use: runs .*, datasets .*; .* are free/)
    })
  })

  it.each([
    ['no folder', ['train'], /Name a folder/],
    ['a folder that is not there', ['train', '/no/such/folder'], /\/no\/such\/folder/],
    ['an unknown setting', ['train', images, '--set', 'hiden=8'], /no setting “hiden”.*hidden/],
    ['an unknown preset', ['train', images, '--preset', 'best'], /no preset “best”.*balanced/],
    [
      'a tolerance of one',
      ['sample', 'latest', '--tolerance', '1', '--out', folder.path],
      /tolerance must be at most 0.1/,
    ],
    [
      'a checkpoint that is none',
      ['sample', 'latest', '--out', '.', '--checkpoint', 'good'],
      /latest, best or a step/,
    ],
    ['a pin without a step', ['runs', 'pin', 'latest'], /missing required argument 'step'/],
    ['an unknown run', ['sample', 'zzz', '--out', folder.path], /no run “zzz”/],
    [
      'an image that is none',
      ['interpolate', 'latest', main, main, '--out', join(folder.path, 'x.png')],
      /main\.ts/,
    ],
    [
      'a file type that cannot be written',
      ['interpolate', 'latest', main, main, '--out', 'x.jpg'],
      /\.png, \.gif, \.webp or \.mp4/,
    ],
  ])('answers %s with one clear line and exit code 2', async (_, args, message) => {
    const { code, err } = await quickly(args)
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

  it('examines the machine', async () => {
    const examine = command(data, { FLOWERBED_THREADS: '1' })
    const { code, json } = await examine(['doctor', '--device', 'cpu', '--json'])
    expect(code).toBe(0)
    expect(json).toMatchObject({
      dataDirectory: data,
      threads: { count: 1, why: 'FLOWERBED_THREADS' },
      device: { choice: 'cpu', used: 'cpu', why: 'chosen by you' },
    })
    const { version } = JSON.parse(readFileSync(resolve(main, '../../../package.json'), 'utf8')) as {
      version: string
    }
    expect((json['versions'] as { flowerbed: string }).flowerbed).toBe(version)
  })
})
