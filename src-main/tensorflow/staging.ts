import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { removeAbandoned } from '../files/abandoned.ts'
import { processTag } from '../files/process-identity.ts'
import { readRuntimeFile } from './installed.ts'
import { runtimesDirectory } from './layout.ts'

/** A new folder for this process to fill; removes those of processes that have ended. */
export async function stagingFolder(cache: string): Promise<string> {
  const parent = runtimesDirectory(cache)
  await mkdir(parent, { recursive: true })
  await removeAbandoned(parent, { untagged: /^\.(?:installing|removing)-(\d+)-|^\.linking-\w{6}$/ })
  return await mkdtemp(join(parent, `.installing-${processTag()}-`))
}

/**
 * Gives the finished folder its name; a finished runtime of that name (another process's) stays. An unfinished one is
 * renamed first, never deleted in place: another process may be putting a finished one there.
 */
export async function commitStaging(staging: string, directory: string): Promise<void> {
  if (!readRuntimeFile(directory)) await removeRuntimeFolder(directory)
  try {
    await rename(staging, directory)
  } catch (thrown) {
    if (!readRuntimeFile(directory)) throw thrown
  }
}

/** Deletes a folder under another name, so that a half-deleted one is never taken for a runtime. */
export async function removeRuntimeFolder(directory: string): Promise<void> {
  const renamed = join(dirname(directory), `.removing-${processTag()}-${randomBytes(4).toString('hex')}`)
  try {
    await rename(directory, renamed)
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return
    throw thrown
  }
  await rm(renamed, { recursive: true, force: true })
}
