import { createHash } from 'node:crypto'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { InstalledRuntime } from '#shared/schemas/doctor.ts'
import { resourceFolder } from '../files/resources.ts'
import { processTag } from '../processes/process-identity.ts'
import { readRuntimeFile } from './installed.ts'
import { bindingPath, bindingResources, platformName, runtimesDirectory } from './layout.ts'

/** `resources/native.json`, written by scripts/build-native.mjs: the libraries that come with Flowerbed. */
const manifestSchema = z.object({
  format: z.literal(1),
  libraries: z.record(z.string(), z.object({ sha256: z.string() })),
})

/** The sha256 that a library must have, by its path in `resources`; null for one that does not come with Flowerbed. */
export function expectedSha256(path: string): string | null {
  const text = readFileSync(resourceFolder('native.json'), 'utf8')
  return manifestSchema.parse(JSON.parse(text)).libraries[path]?.sha256 ?? null
}

/** The sha256 of the binding in a runtime folder; null for the package's own runtime, which has another binding. */
export const expectedBinding = ({ source }: InstalledRuntime): string | null =>
  source === 'package' ? null : expectedSha256(`tensorflow-binding/${platformName}/tfjs_binding.node`)

export const sha256OfFile = (path: string): string =>
  createHash('sha256').update(readFileSync(path)).digest('hex')

const bindingInRuntime = 'lib/napi-v8/tfjs_binding.node'

/**
 * Replaces the binding that another version of Flowerbed copied into a runtime folder by the one of this version. A
 * binding that has changed since it was copied is left as it is, and so is a folder that may not be written to: the
 * loader refuses those.
 */
export function updateBinding(runtime: InstalledRuntime): void {
  const { directory } = runtime
  const expected = expectedBinding(runtime)
  try {
    const present = sha256OfFile(bindingPath(directory))
    if (expected === null || present === expected) return
    const file = readRuntimeFile(directory)
    const copied = file?.files.find(({ path }) => path === bindingInRuntime)
    const isLink = directory.startsWith(join(runtimesDirectory(), 'linked-'))
    if (copied?.sha256 !== present && !isLink) return
    const binding = readFileSync(join(bindingResources(), platformName, 'tfjs_binding.node'))
    replaceFile(bindingPath(directory), binding)
    if (!file || !copied) return
    file.bytes += binding.length - copied.bytes
    Object.assign(copied, { bytes: binding.length, sha256: expected })
    replaceFile(join(directory, 'runtime.json'), JSON.stringify(file, null, 1))
  } catch {
    return
  }
}

/** Other processes have the old file or the new one. */
function replaceFile(path: string, bytes: Uint8Array | string): void {
  const temporary = `${path}.${processTag()}`
  try {
    writeFileSync(temporary, bytes)
    renameSync(temporary, path)
  } finally {
    rmSync(temporary, { force: true })
  }
}
