import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { curveEvaluations, evaluationSchema } from '#shared/schemas/evaluation.ts'
import { commandsInOneProcess } from '../../helpers/command.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { plain, writeFiles } from '../../helpers/images.ts'

const folder = temporaryFolder('cli-evaluate')
const commands = commandsInOneProcess(join(folder.path, 'data'))
const flowerbed = commands.run
const images = join(folder.path, 'Colours')
const others = join(folder.path, 'Others')

async function writeColours(into: string, { count, start }: { count: number; start: number }): Promise<void> {
  const files = await Promise.all(
    Array.from({ length: count }, (_, i) =>
      plain(20, 20, `#${(start + i * 0x050301).toString(16).padStart(6, '0')}`)
        .png()
        .toBuffer(),
    ),
  )
  writeFiles(into, Object.fromEntries(files.map((bytes, i) => [`${i}.png`, bytes])))
}

beforeAll(async () => {
  await writeColours(images, { count: 40, start: 0x102030 })
  await writeColours(others, { count: 36, start: 0x203050 })
  const settings = ['hidden=8', 'batch=8', 'sampleEvery=0', 'network=conv', 'precision=fp32'].flatMap(
    (one) => ['--set', one],
  )
  const trained = await flowerbed(['train', images, '--steps', '20', '--image-size', '16', ...settings])
  expect(trained.code).toBe(0)
})
afterAll(async () => {
  await commands.end()
  folder.remove()
})

const quick = ['--solver', 'euler', '--steps', '2']

describe('flowerbed evaluate', () => {
  it('measures samples, tells each measure with a sentence, and answers one JSON document', async () => {
    const more = ['--steps-curve', '--interpolation', '--pairs', '2']
    const { code, json, err } = await flowerbed([
      ...['evaluate', 'latest', '--count', '20', '--json', ...more, ...quick],
    ])
    expect(code).toBe(0)
    const { run, ...evaluation } = json
    expect(run).toBeTypeOf('string')
    expect(evaluationSchema.parse(evaluation)).toMatchObject({ step: 20, count: 20, images: 40 })
    expect(err).toMatch(/20 samples of “Colours” at step 20 \(2 network evaluations each\)/)
    expect(err).toMatch(/Kernel distance: \S+ ± \S+ \(real images: \S+ ± \S+\)\n {2}How far/)
    for (const term of [
      'Fréchet distance',
      'Sliced Wasserstein',
      'Precision',
      'Recall',
      'Near copies, by pixels',
      'Interpolation evenness',
      'Error at the ends',
      'Kernel distance of the middle frames',
      'Curvature of the paths',
      'Enough network evaluations',
    ])
      expect(err).toContain(term)
    expect(err).toMatch(/Reconstruction error by inversion: \d/)
    for (const evaluations of curveEvaluations) expect(err).toMatch(new RegExp(`^ +${evaluations}: `, 'm'))
    // The feature network is not Inception's.
    expect(err.replaceAll('It is not FID.', '')).not.toMatch(/\bFID\b/)
  })

  it('compares with the images of a folder, then with that dataset by its name', async () => {
    const args = ['evaluate', 'latest', '--count', '20', '--json', ...quick]
    const byFolder = await flowerbed([...args, '--against', others])
    expect(byFolder.json).toMatchObject({ against: 'Others', images: 36, count: 18, curve: null })
    const byName = await flowerbed([...args, '--against', 'Others'])
    expect(byName.json['measures']).toEqual(byFolder.json['measures'])
  })

  it.each([
    ['an unknown dataset', ['--against', 'nothing'], /no folder and no dataset “nothing”/],
    ['a count out of range', ['--count', '3'], /whole number from 16 to 4096/],
    ['no steps', ['--steps', '0'], /--steps/],
    ['no pairs', ['--interpolation', '--pairs', '0'], /whole number from 2 to 500/],
  ])('answers %s with one clear line and exit code 2', async (_, args, message) => {
    const { code, err } = await flowerbed(['evaluate', 'latest', ...args])
    expect(err).toMatch(message)
    expect(code).toBe(2)
    expect(err).not.toMatch(/\n\s+at /)
  })
})
