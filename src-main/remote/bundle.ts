import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { removeOlder } from '../files/abandoned.ts'
import { cacheDirectory } from '../tensorflow/layout.ts'
import { checkoutFolder, programFiles } from './program-files.ts'

/** This version of Flowerbed as one file, for another machine. */
export interface Bundle {
  /** Of the content of all files: two Flowerbeds with the same digest do the same. */
  digest: string
  /** A tar, compressed by gzip. */
  file: string
  bytes: number
}

const keptMs = 30 * 24 * 3600 * 1000

/** Files that are sent to targets, kept so that a transfer that was cut can resume. */
export const bundlesFolder = (env: NodeJS.ProcessEnv): string => join(cacheDirectory(env), 'bundles')

/**
 * Packs this version, unless it is packed already.
 * @throws FlowerbedError `unavailable` without a checkout or `tar`, `no-space`
 */
export async function makeBundle(env: NodeJS.ProcessEnv = process.env): Promise<Bundle> {
  const root = checkoutFolder()
  const paths = programFiles(root)
  const digest = digestOf(root, paths)
  const folder = bundlesFolder(env)
  const file = join(folder, `flowerbed-${digest}.tar.gz`)
  await mkdir(folder, { recursive: true })
  await removeOlder(folder, keptMs)
  const known = await stat(file).catch(() => null)
  if (known) return { digest, file, bytes: known.size }
  const temporary = `${file}.${process.pid}-${randomBytes(4).toString('hex')}.part`
  const list = `${temporary}.list`
  try {
    await writeFile(list, paths.join('\n'))
    await promisify(execFile)('tar', ['-czf', temporary, '-C', root, '-T', list])
    await rename(temporary, file)
  } catch (cause) {
    throw new FlowerbedError('unavailable', errorText('install.notPacked'), { where: folder, cause })
  } finally {
    await rm(list, { force: true })
    await rm(temporary, { force: true })
  }
  return { digest, file, bytes: (await stat(file)).size }
}

/** A digest of the paths and contents of files. */
function digestOf(root: string, paths: string[]): string {
  const all = createHash('sha256')
  for (const path of paths) {
    const content = createHash('sha256')
      .update(readFileSync(join(root, path)))
      .digest('hex')
    all.update(`${content} ${path}\n`)
  }
  return all.digest('hex').slice(0, 16)
}
