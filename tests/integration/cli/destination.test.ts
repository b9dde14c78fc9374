import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../helpers/folder.ts'
import { plain, writeFiles } from '../../helpers/images.ts'
import { start } from '../../helpers/process.ts'

const folder = temporaryFolder('cli-destination')
const inside = (...names: string[]) => join(folder.path, ...names)
const images = inside('images')
const file = inside('a file.png')
const data = inside('data')
const flowerbed = (...args: string[]) => start([...args, '--data-dir', data]).ended

/** A file system of its own, unmounted with the tests; false where this machine does not let us. */
function mount(name: string, options: string): boolean {
  mkdirSync(inside(name))
  return spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', inside(name)]).status === 0
}
const readOnly = mount('read-only', 'ro')
const full = mount('full', 'size=64k')
const small = mount('small', 'size=1200k')

let run = ''
beforeAll(async () => {
  const image = await plain(20, 20, '#d03030').png().toBuffer()
  writeFiles(images, { '0.png': image, '1.png': image })
  writeFileSync(file, 'mine')
  symlinkSync(inside('nothing'), inside('dangling'))
  const quick = ['--image-size', '16', '--batch', '2', '--steps', '1', '--device', 'cpu']
  const settings = ['hidden=8', 'precision=fp32', 'network=conv', 'sampleSteps=1', 'sampleCount=1'].flatMap(
    (one) => ['--set', one],
  )
  const { code, out } = await flowerbed('train', images, ...quick, ...settings, '--json')
  expect(code).toBe(0)
  run = (JSON.parse(out) as { run: string }).run
})
afterAll(() => {
  if (readOnly) spawnSync('umount', [inside('read-only')])
  if (full) spawnSync('umount', [inside('full')])
  if (small) spawnSync('umount', [inside('small')])
  folder.remove()
})

/** Every command that writes to a path of the user's, up to that path. */
const commands: Record<string, { args: () => string[]; name: string }> = {
  sample: { args: () => ['sample', run, '--count', '1', '--steps', '1'], name: 'out' },
  export: { args: () => ['export', run, '--format', 'saved-model', '--steps', '1'], name: 'out' },
  encode: { args: () => ['encode', run, join(images, '0.png')], name: 'out.safetensors' },
  interpolate: {
    args: () => ['interpolate', run, join(images, '0.png'), join(images, '1.png'), '--steps', '1'],
    name: 'out.png',
  },
  ladder: { args: () => ['ladder', images, '--steps', '1'], name: 'out' },
  study: { args: () => ['study', images, '--steps', '1'], name: 'out.html' },
  demo: { args: () => ['demo', '--steps', '1'], name: 'out' },
}

/** One line, the code, and that neither TensorFlow was loaded nor a folder read before. */
async function refused(args: string[], message: RegExp, code = 2): Promise<void> {
  const ended = await flowerbed(...args)
  expect(ended.err).toMatch(message)
  expect(ended.err.trim().split('\n')).toHaveLength(1)
  expect(ended.code).toBe(code)
}

describe.each(Object.entries(commands))('%s', (_, { args, name }) => {
  it('refuses a path below a file, a link to nothing and what cannot be a name', async () => {
    await refused([...args(), '--out', join(file, name)], /a file where a folder is needed.*a file\.png/)
    await refused([...args(), '--out', inside('dangling', name)], /does not exist/)
    await refused([...args(), '--out', inside(`${'x'.repeat(300)}${name}`)], /name is too long/)
    expect(readFileSync(file, 'utf8')).toBe('mine')
  })

  it.skipIf(!readOnly)('refuses a disk that can only be read (needs to mount one)', async () => {
    await refused([...args(), '--out', inside('read-only', name)], /can only be read/)
  })

  it.skipIf(!full)('refuses a full disk, with code 1 (needs to mount one)', async () => {
    await refused([...args(), '--out', inside('full', name)], /no space left/, 1)
    expect(readdirSync(inside('full'))).toEqual([])
  })
})

it.each(['sample', 'ladder', 'demo'])('%s refuses a file for its folder', async (name) => {
  await refused([...commands[name]!.args(), '--out', file], /a file where a folder is needed/)
})

it('export refuses what is there, file or folder', async () => {
  await refused([...commands['export']!.args(), '--out', file], /a file where a folder is needed/)
  await refused([...commands['export']!.args(), '--out', images], /nothing is overwritten/, 1)
})

it.each([
  ['encode', 'folder.safetensors'],
  ['interpolate', 'folder.png'],
  ['study', 'folder.html'],
])('%s refuses a folder for its file', async (name, out) => {
  mkdirSync(inside(out))
  await refused([...commands[name]!.args(), '--out', inside(out)], /a folder where a file is needed/)
})

it('makes the folders that are missing', async () => {
  const out = inside('not', 'yet', 'there')
  expect(await flowerbed(...commands['sample']!.args(), '--out', out)).toMatchObject({ code: 0 })
  expect(readdirSync(out).sort()).toEqual(['image-0001.png', 'sheet.png'])
})

it.skipIf(!small)(
  'a disk that fills up meanwhile is one line, and no file is incomplete (needs to mount one)',
  async () => {
    const many = ['sample', run, '--count', '400', '--steps', '1', '--out', inside('small')]
    const { code, err } = await flowerbed(...many)
    expect(err).toMatch(/flowerbed: There is no space left to write here\. .*\n$/)
    expect(err).not.toMatch(/\n\s+at /)
    expect(code).toBe(1)
    const names = readdirSync(inside('small'))
    expect(names.filter((name) => !name.endsWith('.png'))).toEqual([])
    const end = Buffer.from('IEND')
    for (const name of names) expect(readFileSync(inside('small', name)).includes(end), name).toBe(true)
  },
)

it('a data folder that is a file is one line and code 2', async () => {
  const { code, err } = await start(['runs', '--data-dir', file]).ended
  expect(code).toBe(2)
  expect(err.trim().split('\n')).toHaveLength(1)
  expect(err).toMatch(/data folder cannot be made.*a file\.png.*--data-dir/)
})
