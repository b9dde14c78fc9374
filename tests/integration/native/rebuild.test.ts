import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { buildLibrary, libraries, sha256Of } from '../../../scripts/lib/native-build.mjs'
import { cacheDirectory } from '../../../scripts/lib/paths.mjs'
import { provideHeaders, provideZig } from '../../../scripts/lib/zig.mjs'
import { expectedSha256 } from '../../../src-main/tensorflow/native-manifest.ts'

const folder = mkdtempSync(join(tmpdir(), 'flowerbed-rebuild-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** Zig and the headers; the reason where they cannot be downloaded. */
const tools = await (async () => {
  try {
    return {
      zig: await provideZig(),
      headers: await provideHeaders(),
      cache: join(cacheDirectory(), 'zig', 'cache'),
    }
  } catch (thrown) {
    return String(thrown)
  }
})()

test.for(libraries.map((library) => [library.path, library] as const))(
  '%s is built again with the same bytes, for glibc 2.27',
  { timeout: 600_000 },
  async ([path, library], { skip }) => {
    if (typeof tools === 'string') return skip(`the compiler cannot be downloaded: ${tools}`)
    const built = await buildLibrary(library, folder, tools)
    expect(sha256Of(built)).toBe(expectedSha256(path))
    const versions = readFileSync(built, 'latin1').matchAll(/GLIBC_2\.(\d+)/g)
    expect(Math.max(...[...versions].map(([, minor]) => Number(minor)))).toBeLessThanOrEqual(27)
  },
)
