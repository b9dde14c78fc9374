import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStore } from '../../../src-main/database/store.ts'
import { command, commandsInOneProcess } from '../../helpers/command.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { plain, writeFiles } from '../../helpers/images.ts'

const folder = temporaryFolder('cli-study')
const images = join(folder.path, 'Images')
const data = join(folder.path, 'data')
const commands = commandsInOneProcess(data)
const flowerbed = commands.run
const small = ['--image-size', '16', '--device', 'cpu'].concat(
  [
    'hidden=8',
    'batch=4',
    'sampleSteps=2',
    'sampleCount=4',
    'precision=fp32',
    'network=conv',
    'validationShare=0.2',
  ].flatMap((setting) => ['--set', setting]),
)

beforeAll(async () => {
  const colours = ['#d03030', '#30a030', '#3050d0', '#d0c030']
  const files = await Promise.all(
    Array.from({ length: 40 }, (_, i) =>
      plain(20, 20, colours[i % 4] ?? '')
        .png()
        .toBuffer(),
    ),
  )
  writeFiles(images, Object.fromEntries(files.map((bytes, i) => [`${i}.png`, bytes])))
})
afterAll(async () => {
  await commands.end()
  folder.remove()
})

interface Numbered {
  numbers: { key: string; mean: number; standardError: number | null; count: number; floor?: number }[]
}
interface Variant extends Numbered {
  title: string
  runs: { id: string; seed: number; status: string; steps: number; sheet: string; numbers: object[] }[]
}
const read = (out: string) =>
  JSON.parse(readFileSync(out, 'utf8')) as { variants: Variant[]; experiment: { id: string } }

/** What the history holds of the runs of an experiment, in the order they are trained. */
function runsOf(experiment: string) {
  const store = openStore(data)
  const runs = store.runs.ofExperiment(experiment)
  const resumed = runs.map(({ id }) =>
    store.events.list(store.runs.key(id)).some(({ kind }) => kind === 'resumed'),
  )
  store.close()
  return runs.map((run, i) => ({ ...run, resumed: resumed[i] }))
}

describe('flowerbed study', () => {
  it('trains each setting with each seed and reports them in one file that needs no other', async () => {
    const out = join(folder.path, 'not yet there', 'study.html')
    const grid = ['--grid', 'posterior=true,false', '--seeds', '2', '--steps', '3', '--evaluate', '16']
    const { code, err, json } = await flowerbed(['study', images, ...grid, ...small, '--out', out, '--json'])
    expect(code, err).toBe(0)
    expect(err).toContain('4 runs of 2 settings, 3 steps each; the time is known after the first run')
    expect(err).toContain('Run 4 of 4: Images: Variational posterior off, seed 2 …')
    expect(err).toMatch(/About \d+ s to go for all runs/)

    const { variants } = read(join(folder.path, 'not yet there', 'study.json'))
    expect(variants.map(({ title, runs }) => [title, runs.map(({ seed }) => seed)])).toEqual([
      ['Variational posterior on', [1, 2]],
      ['Variational posterior off', [1, 2]],
    ])
    for (const { runs, numbers } of variants) {
      const keys = numbers.map(({ key }) => key)
      expect(keys).toEqual(
        expect.arrayContaining(['loss', 'velocity', 'validationVelocity', 'reconstruction']),
      )
      const kernelDistance = numbers.find(({ key }) => key === 'kernelDistance')
      expect(kernelDistance?.count).toBe(2)
      expect(Number.isFinite(kernelDistance?.floor)).toBe(true)
      const velocity = numbers.find(({ key }) => key === 'velocity')
      expect(velocity?.count).toBe(2)
      expect(velocity?.standardError).toBeGreaterThan(0)
      for (const run of runs) {
        expect(run).toMatchObject({ status: 'finished', steps: 3 })
        expect(existsSync(join(data, run.sheet))).toBe(true)
      }
    }
    expect(json).toMatchObject({ report: out, finished: 4, total: 4 })

    const page = readFileSync(out, 'utf8')
    const sources = [...page.matchAll(/(?:src|href|url)\s*[=(]\s*"?([^"\s>]{5})/g)].map(
      ([, source]) => source,
    )
    // Plots refer to parts of themselves.
    expect(sources.filter((source) => !source?.startsWith('#'))).toEqual(Array(4).fill('data:'))
    const [png = ''] = /data:image\/png;base64,([^"]+)/.exec(page)?.slice(1) ?? []
    expect(await sharp(Buffer.from(png, 'base64')).metadata()).toMatchObject({ format: 'png', width: 32 })
    expect(page).toMatch(/Kernel distance<br><small>real images: -?\d/)
    // Velocity loss by step and by time, that on validation images, and the loss.
    expect(page.match(/<svg [^>]*role="img"/g)).toHaveLength(4)
    expect(page).toMatch(/\d <span class="quiet">± \d/)
  })

  it('resumes after an interruption: what is finished stays, what was paused goes on from its checkpoint', async () => {
    const out = join(folder.path, 'resumed.html')
    const grid = ['--grid', 'klWeight=0.3,1,3', '--seeds', '1', '--steps', '150']
    // Slow enough to be interrupted.
    const slow = [...small, '--set', 'network=resunet']
    const stopped = await command(data)(['study', images, ...grid, ...slow, '--out', out], (told) =>
      /Run 2 of 3[^]*step \d+ of 150/.test(told),
    )
    expect(stopped.code, stopped.err).toBe(130)
    const [, id = ''] = /Resume with: flowerbed study --resume (\S+)/.exec(stopped.err) ?? []
    const before = runsOf(id)
    expect(before.map(({ status }) => status)).toEqual(['finished', 'paused', 'waiting'])
    // The report is there already, of what is finished.
    expect(read(out.replace('.html', '.json')).variants.map(({ numbers }) => numbers.length > 0)).toEqual([
      true,
      false,
      false,
    ])

    const resumed = await flowerbed(['study', '--resume', id.slice(0, -2), '--out', out, '--json'])
    expect(resumed.code, resumed.err).toBe(0)
    expect(resumed.err).toMatch(/3 runs of 3 settings, 2 left, 150 steps each; about .+ in total/)
    const after = runsOf(id)
    expect(after.map(({ status, step }) => [status, step])).toEqual(Array(3).fill(['finished', 150]))
    expect(after.map(({ resumed: again }) => again)).toEqual([false, true, false])
    expect(after[0]).toEqual(before[0])
    expect(read(out.replace('.html', '.json')).variants.flatMap(({ runs }) => runs)).toHaveLength(3)

    // Nothing is left: the report is written again, from the history alone.
    const again = await flowerbed(['study', '--resume', 'latest', '--out', join(folder.path, 'again.html')])
    expect(again.code, again.err).toBe(0)
    expect(again.err).not.toContain('Run 1')
    expect(runsOf(id)).toEqual(after)
    expect(readFileSync(join(folder.path, 'again.html'), 'utf8')).toBe(readFileSync(out, 'utf8'))
  })

  it.each([
    [[images, '--grid', 'batch=4,0', '--steps', '1'], /Batch size must be at least 1 \(batch=0\)/],
    [[images, '--grid', 'batch=4'], /needs a budget for each run: --steps or --minutes/],
    [
      [images, '--seeds', '100', '--grid', 'batch=1,2,3,4,5,6', '--steps', '1'],
      /would have 600 runs; at most 500/,
    ],
    [[images, '--steps', '1', '--out', join(folder.path, 'report')], /must end in \.html/],
    [['--resume', 'x', '--seeds', '2'], /--seeds cannot change when a study resumes/],
  ])('says what is wrong with %j before a file is read', async (args, message) => {
    const { code, err } = await flowerbed(['study', ...args])
    expect(err).toMatch(message)
    expect(err.trim().split('\n')).toHaveLength(1)
    expect(code).toBe(2)
  })
})
