import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { benchFile, commandFile } from '../../helpers/command.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { plain, writeFiles } from '../../helpers/images.ts'

const folder = temporaryFolder('bench')
afterAll(() => folder.remove())

/** Runs a benchmark and parses its JSON. */
async function bench(...args: string[]): Promise<{ result: Record<string, unknown>; err: string }> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [benchFile, ...args, '--json'])
  return { result: JSON.parse(stdout) as Record<string, unknown>, err: stderr }
}

describe('bench', () => {
  it('times the import of a folder beside what sharp alone decodes', async () => {
    const files = await Promise.all(
      ['#d03030', '#3050d0'].map((colour) => plain(20, 20, colour).png().toBuffer()),
    )
    writeFiles(folder.path, Object.fromEntries(files.map((bytes, i) => [`${i}.png`, bytes])))
    const { result, err } = await bench('import', folder.path, '--image-size', '16', '--repeats', '1')
    expect(result).toMatchObject({ images: 2, size: 16 })
    for (const key of ['packSeconds', 'sharpSeconds', 'ratio', 'imagesPerSecond'])
      expect(result[key]).toBeGreaterThan(0)
    expect(err).toMatch(/of what sharp alone decodes/)
  })

  const step = ['step', '--network', 'default-64', '--image-size', '16', '--set', 'hidden=8']

  it('times a step of any size', async () => {
    const { result } = await bench(...step, '--set', 'batch=2', '--steps', '1', '--repeats', '1')
    expect(result).toMatchObject({ network: 'default-64', imageSize: 16 })
    for (const key of ['msPerStep', 'processorMsPerStep', 'gflops', 'peakGflops'])
      expect(result[key]).toBeGreaterThan(0)
    expect(result['parameters']).toBeLessThan(1e6)
  })

  it('times the sampling of images', async () => {
    const few = ['--count', '3', '--steps', '2', '--repeats', '1', '--solver', 'heun']
    const { result } = await bench('sample', '--network', 'small-unets', ...few)
    // Heun takes two evaluations a step.
    expect(result).toMatchObject({ network: 'small-unets', count: 3, evaluations: 4 })
    expect(result['msPerImage']).toBeGreaterThan(0)
    expect(result['evaluationsPerSecond']).toBeCloseTo((4 * 1000) / Number(result['msPerImage']))
  })

  it('is also started by its former name, flowerbed bench, with its exit code', async () => {
    const unsupported = promisify(execFile)(process.execPath, [
      ...[commandFile, 'bench', ...step],
      ...['--against', 'torch', '--python', 'none'],
    ])
    await expect(unsupported).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/Leave out --set and --image-size/) as string,
    })
  })
})
