import { createHash } from 'node:crypto'
import { chmodSync, createReadStream, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { downloadVerified } from '../../src-main/tensorflow/download/download.ts'
import { httpSettings } from '../../src-main/tensorflow/download/http.ts'
import { readPipSettings } from '../../src-main/tensorflow/download/pip-settings.ts'
import { addressOf, extractMembers } from '../../src-main/tensorflow/wheel.ts'
import inputs from '../native-inputs.json' with { type: 'json' }
import { cacheDirectory } from './paths.mjs'
import { unzip } from './unzip.mjs'

const { zig, tensorflow } = inputs

export const compilerName = `zig ${zig.version}`
export const tensorflowVersion = tensorflow.version

function wheelSource() {
  const pip = readPipSettings()
  const offline = process.env.FLOWERBED_OFFLINE_DIR
  return {
    indexUrls: pip.indexUrls,
    folders: [...(offline ? [offline] : []), ...pip.wheelFolders],
    settings: httpSettings(process.env, pip),
  }
}

/**
 * The folder of the pinned Zig (`zig` and `lib`), which is downloaded from the package index into the cache once.
 * @throws FlowerbedError `unavailable` or `corrupt`
 */
export async function provideZig() {
  const folder = join(cacheDirectory(), 'zig', zig.version)
  if (existsSync(folder)) return join(folder, 'ziglang')
  const pinned = zig.wheels[`${process.platform}-${process.arch}`]
  if (!pinned) throw new Error(`No Zig is pinned for ${process.platform}-${process.arch}.`)
  const downloads = join(cacheDirectory(), 'downloads')
  const source = wheelSource()
  const local = source.folders.map((path) => join(path, pinned.file)).find((path) => existsSync(path))
  const file = local ?? join(downloads, pinned.file)
  if (local) await checkSha256(local, pinned.sha256)
  else
    await downloadVerified({
      url: await addressOf({ project: 'ziglang', file: pinned.file }, source),
      file,
      settings: source.settings,
      expected: { algorithm: 'sha256', digest: pinned.sha256 },
    })
  await mkdir(join(cacheDirectory(), 'zig'), { recursive: true })
  const staging = mkdtempSync(join(cacheDirectory(), 'zig', '.unpacking-'))
  try {
    await unzip(file, staging, (name) => (name.startsWith('ziglang/') ? name : null))
    chmodSync(join(staging, 'ziglang', 'zig'), 0o755)
    if (!existsSync(folder)) renameSync(staging, folder)
  } finally {
    rmSync(staging, { recursive: true, force: true })
  }
  if (!local) rmSync(file, { force: true })
  return join(folder, 'ziglang')
}

/** The folder of TensorFlow's pinned headers, which are downloaded into the cache once. Throws FlowerbedError `unavailable` or `corrupt`. */
export async function provideHeaders() {
  const folder = join(cacheDirectory(), 'tensorflow-headers', tensorflow.version)
  if (existsSync(folder)) return folder
  await mkdir(join(cacheDirectory(), 'tensorflow-headers'), { recursive: true })
  const staging = mkdtempSync(join(cacheDirectory(), 'tensorflow-headers', '.unpacking-'))
  try {
    await extractMembers({
      wheel: tensorflow.headers,
      folder: staging,
      downloads: join(cacheDirectory(), 'downloads'),
      source: wheelSource(),
      onBytes: () => undefined,
    })
    if (!existsSync(folder)) renameSync(staging, folder)
  } finally {
    rmSync(staging, { recursive: true, force: true })
  }
  return folder
}

async function checkSha256(file, expected) {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  if (hash.digest('hex') !== expected) throw new Error(`${file} is not the pinned file: its sha256 differs.`)
}
