import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { hashOfSources, libraries, sha256Of } from '../../../scripts/lib/native-build.mjs'
import { expectedSha256 } from '../../../src-main/tensorflow/native-manifest.ts'

const resources = resolve(import.meta.dirname, '../../../resources')
const manifest = JSON.parse(readFileSync(resolve(resources, 'native.json'), 'utf8')) as {
  libraries: Record<string, { sha256: string; sources: string; flags: string[]; target: string }>
}

test('the manifest names every library that is built', () => {
  expect(Object.keys(manifest.libraries)).toEqual(libraries.map(({ path }) => path))
})

test.each(libraries.map((library) => [library.path, library] as const))(
  '%s is the file that was built of the committed sources',
  (path, { sources, flags, target }) => {
    expect(manifest.libraries[path]).toMatchObject({ sources: hashOfSources(sources), flags, target })
    expect(sha256Of(resolve(resources, path))).toBe(expectedSha256(path))
  },
)

test('a library that does not come with Flowerbed has no checksum', () => {
  expect(expectedSha256('tensorflow-kernels/win32-x64/flowerbed_kernels.node')).toBeNull()
})
