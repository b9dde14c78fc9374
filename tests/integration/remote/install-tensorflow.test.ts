import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { installTensorFlow } from '../../../src-main/remote/install-tensorflow.ts'
import { LocalHost } from '../../../src-main/remote/local-host.ts'
import { platformName } from '../../../src-main/tensorflow/layout.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder('install-tensorflow')
  mkdirSync(join(folder.path, 'there'))
})
afterEach(() => folder.remove())

/** A runtime of this machine, of two small files. */
function makeRuntime(cache: string): string {
  const name = `2.21.0-cpu-${platformName}`
  const files = ['lib/napi-v8/tfjs_binding.node', 'deps/lib/libtensorflow.so.2'].map((path) => {
    const content = `content of ${path}`
    const file = join(cache, 'runtime', name, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
    return { path, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') }
  })
  const about = { format: 1, version: '2.21.0', variant: 'cpu', platform: platformName, source: 'wheel' }
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  writeFileSync(join(cache, 'runtime', name, 'runtime.json'), JSON.stringify({ ...about, bytes, files }))
  return name
}

/** Installs on a target whose agent cannot download anything. */
async function install(cache: string) {
  const error = { name: 'FlowerbedError', message: 'There is no network.', kind: 'unavailable' }
  const command = `printf '%s\\n' '${JSON.stringify({ error })}'; false`
  return await installTensorFlow(
    {
      host: new LocalHost(),
      folder: join(folder.path, 'there'),
      platform: platformName,
      version: 'v',
      command,
    },
    { env: { FLOWERBED_CACHE_DIR: cache } },
  )
}

it('TensorFlow is copied from here to a target without a network, once', async () => {
  const cache = join(folder.path, 'cache')
  const name = makeRuntime(cache)
  expect(await install(cache)).toBe('here')
  const there = join(folder.path, 'there', 'runtime')
  expect(readdirSync(there)).toEqual([name])
  for (const path of ['runtime.json', 'deps/lib/libtensorflow.so.2'])
    expect(readFileSync(join(there, name, path))).toEqual(readFileSync(join(cache, 'runtime', name, path)))
  expect(await install(cache)).toBe('there')
})

it('where it is neither here nor in the network, the error of the target is said', async () => {
  await expect(install(join(folder.path, 'empty'))).rejects.toMatchObject({
    ...{ kind: 'unavailable', message: 'There is no network.' },
  })
})
