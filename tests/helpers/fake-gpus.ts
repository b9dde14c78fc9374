import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { runtimeFileSchema } from '../../src-main/tensorflow/installed.ts'
import { runtimeDirectory, runtimesDirectory } from '../../src-main/tensorflow/layout.ts'
import { root } from './app.ts'
import type { launchApp } from './app.ts'

const fixtures = join(root, 'tests/fixtures/gpus')

/**
 * What `launchApp` needs for an app that finds two GPUs, “Test GPU A” and “Test GPU B”, with a TensorFlow for them. That is the one
 * of the processor under another name: it finds no GPU, and runs that leave the device open train on the processor and say
 * which GPU TensorFlow does not use.
 */
export function fakeGpus(cache: string): Required<Pick<Parameters<typeof launchApp>[0], 'env' | 'preload'>> {
  const version = installedVersion()
  const real = runtimeDirectory({ version, variant: 'cpu' })
  const made = runtimeDirectory({ version, variant: 'cuda' }, cache)
  mkdirSync(made, { recursive: true })
  for (const folder of ['deps', 'lib']) symlinkSync(join(real, folder), join(made, folder))
  const file = runtimeFileSchema.parse(JSON.parse(readFileSync(join(real, 'runtime.json'), 'utf8')))
  writeFileSync(join(made, 'runtime.json'), JSON.stringify({ ...file, variant: 'cuda' }))
  const path = [fixtures, process.env['PATH']].join(delimiter)
  return { env: { FLOWERBED_CACHE_DIR: cache, PATH: path }, preload: join(fixtures, 'driver.cjs') }
}

/** Of the TensorFlow for the processor, which the set-up has installed. */
function installedVersion(): string {
  const name = readdirSync(runtimesDirectory()).find((one) => /^\d.*-cpu-/.test(one))
  if (name === undefined) throw new Error('TensorFlow is not set up yet. Run `npm run setup`.')
  return name.slice(0, name.indexOf('-cpu-'))
}
