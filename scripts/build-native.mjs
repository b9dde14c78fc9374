/**
 * Compiles the kernels (src-main/native/kernels) and the binding of tfjs-node-gpu into `resources`, and writes what was
 * made of what to resources/native.json. For maintainers only: the results are committed, so that nobody else needs a
 * compiler. The compiler is the pinned Zig of PyPI's wheel; two builds give the same bytes.
 *
 *   node scripts/build-native.mjs
 */
import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { buildLibrary, hashOfSources, libraries, sha256Of } from './lib/native-build.mjs'
import { cacheDirectory, root } from './lib/paths.mjs'
import { compilerName, provideHeaders, provideZig, tensorflowVersion } from './lib/zig.mjs'

const work = mkdtempSync(join(tmpdir(), 'flowerbed-native-'))
try {
  const tools = {
    zig: await provideZig(),
    headers: await provideHeaders(),
    cache: join(cacheDirectory(), 'zig', 'cache'),
  }
  const built = {}
  for (const library of libraries) {
    const made = await buildLibrary(library, work, tools)
    const output = join(root, 'resources', library.path)
    mkdirSync(dirname(output), { recursive: true })
    // Renamed, not written over: a running Flowerbed may have the old file mapped.
    copyFileSync(made, `${output}.new`)
    renameSync(`${output}.new`, output)
    const { size } = statSync(output)
    built[library.path] = {
      sha256: sha256Of(output),
      bytes: size,
      target: library.target,
      flags: library.flags,
      sources: hashOfSources(library.sources),
    }
    console.error(`${output}: ${size.toLocaleString('en')} bytes`)
  }
  const manifest = { format: 1, compiler: compilerName, tensorflow: tensorflowVersion, libraries: built }
  writeFileSync(join(root, 'resources', 'native.json'), `${JSON.stringify(manifest, null, 2)}\n`)
} finally {
  rmSync(work, { recursive: true, force: true })
}
