import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkedChanges } from '../../../src-main/cli/support/settings.ts'
import { benchFile } from '../../helpers/command.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { plain, writeFiles } from '../../helpers/images.ts'
import { start } from '../../helpers/process.ts'

const folder = temporaryFolder('cli-usage')
const images = join(folder.path, 'images')
const data = join(folder.path, 'data')
const out = join(folder.path, 'out')

beforeAll(async () => {
  writeFiles(images, { '0.png': await plain(20, 20, '#d03030').png().toBuffer() })
})
afterAll(() => folder.remove())

/** What no person can read: words of the libraries, stacks, names of fields. */
const raw = /expected|Too (big|small)|Invalid|and \d more|gridShift|\n\s+at |NaN|Infinity/

describe('a wrong setting', () => {
  it.each([
    ['ladder', ['--steps', '1', '--set', 'foo=1'], /There is no setting “foo”/],
    ['ladder', ['--steps', '0'], /--steps must be at least 1\./],
    ['ladder', ['--steps', '1', '--seed', '9999999999'], /--seed must be at most 2147483647\./],
    ['ladder', ['--steps', '1', '--set', 'hidden=2'], /Base channels must be at least 4 \(--set hidden\)/],
    ['ladder', ['--steps', '1', '--image-size', '4'], /--image-size.*whole number from 8 to 512/],
    ['demo', ['--steps', '0'], /--steps must be at least 1\./],
    ['demo', ['--minutes', '1e9'], /--minutes must be at most 100000\./],
    ['demo', ['--image-size', '600'], /--image-size.*whole number from 8 to 512/],
    ['train', ['--image-size', '600'], /--image-size.*whole number from 8 to 512/],
  ])('of %s %j is told before a file is read', async (name, args, message) => {
    const output = name === 'train' ? [] : ['--out', out]
    const what = name === 'demo' ? [name] : [name, images]
    const { code, err } = await start([...what, ...args, ...output, '--data-dir', data]).ended
    expect(err).toMatch(message)
    expect(err).not.toMatch(raw)
    expect(err.trim().split('\n')).toHaveLength(1)
    expect(code).toBe(2)
    // Neither images nor a report.
    expect(readdirSync(folder.path).filter((entry) => entry === 'out')).toEqual([])
  })

  it.each([
    ['sample', ['--steps', '0'], /at least 1 step \(--steps\)/],
    ['sample', ['--grid-shift', '99'], /--grid-shift must be at most 10\./],
    ['sample', ['--count', '0'], /At least 1 image.*\(--count\)/],
    ['sample', ['--trajectory', '1'], /at least 2 frames \(--trajectory\)/],
    ['sample', ['--temperature', '99'], /--temperature must be at most 10\./],
    ['sample', ['--steps', ''], /must be a whole number/],
    ['export', ['--format', 'saved-model', '--count', '5000'], /At most 4096.*\(--count\)/],
  ])('of %s %j is told before TensorFlow is loaded', async (name, args, message) => {
    const { code, err } = await start([name, 'latest', ...args, '--out', out, '--data-dir', data]).ended
    expect(err).toMatch(message)
    expect(err).not.toMatch(raw)
    expect(err.trim().split('\n')).toHaveLength(1)
    expect(code).toBe(2)
  })

  it.each([
    ['step', '--repeats'],
    ['step', '--steps'],
    ['sample', '--repeats'],
    ['import', '--photos'],
    ['import', '--repeats'],
  ])('of bench %s %s 0 is told', async (name, option) => {
    const { code, err } = await start([name, option, '0'], { file: benchFile }).ended
    expect(err).toMatch(/whole number of at least 1/)
    expect(err).toContain(option)
    expect(code).toBe(2)
  })
})

describe('changes of a preset', () => {
  it('are those of options, and what --set says after them', () => {
    const own = { batch: 4, steps: 10, minutes: undefined }
    expect(checkedChanges('pixel-posterior', { own, set: { batch: '8' } })).toEqual({ batch: '8', steps: 10 })
  })

  it.each([
    [{ own: { batch: 0 } }, /^--batch must be at least 1\.$/],
    [{ own: { batch: 1.5 } }, /^--batch must be a whole number\.$/],
    [{ own: { batch: 4 }, set: { batch: 'x' } }, /^Batch size must be a number$/],
    [{ own: {}, set: { network: 'big' } }, /^Architecture must be conv, unet or resunet$/],
  ])('%j are refused by the name of the option', (given, message) => {
    expect(() => checkedChanges('pixel-posterior', given)).toThrow(message)
  })

  it('of a preset that is not there are refused', () => {
    const refusal = expect.objectContaining({
      where: '--preset',
      hint: expect.stringContaining('pixel-posterior') as string,
    })
    expect(() => checkedChanges('best', { own: {} })).toThrow(refusal as Error)
  })
})
