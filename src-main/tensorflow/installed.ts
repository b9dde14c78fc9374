import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { InstalledRuntime } from '#shared/schemas/doctor.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { linkExternalTensorFlow } from './external-tensorflow.ts'
import { bindingPath, cacheDirectory, librariesDirectory, platformName, runtimesDirectory } from './layout.ts'

/** `runtime.json`: written last, so a folder that has one is complete. */
export const runtimeFileSchema = z.object({
  format: z.literal(1),
  version: z.string(),
  variant: z.enum(['cpu', 'cuda']),
  platform: z.string(),
  source: z.enum(['wheel', 'package']),
  bytes: z.int().nonnegative(),
  files: z.array(z.object({ path: z.string(), bytes: z.int(), sha256: z.string() })),
})
export type RuntimeFile = z.infer<typeof runtimeFileSchema>

export function readRuntimeFile(directory: string): RuntimeFile | null {
  try {
    return runtimeFileSchema.parse(JSON.parse(readFileSync(join(directory, 'runtime.json'), 'utf8')))
  } catch {
    return null
  }
}

/**
 * The TensorFlow runtimes on this machine, newest version first. With FLOWERBED_TF_DIR only that one.
 * @throws FlowerbedError bad-input when FLOWERBED_TF_DIR is no TensorFlow
 */
export function installedRuntimes(env: NodeJS.ProcessEnv = process.env): InstalledRuntime[] {
  if (env.FLOWERBED_TF_DIR) return [linkExternalTensorFlow(env.FLOWERBED_TF_DIR, cacheDirectory(env))]
  const parent = runtimesDirectory(cacheDirectory(env))
  if (!existsSync(parent)) return []
  return readdirSync(parent)
    .filter((name) => name.endsWith(platformName) && !name.startsWith('linked-') && !name.startsWith('.'))
    .map((name) => join(parent, name))
    .flatMap((directory) => {
      const file = readRuntimeFile(directory)
      if (!file || !existsSync(bindingPath(directory))) return []
      const { variant, version, bytes, source } = file
      return [{ variant, version, directory, bytes, source, removable: true }]
    })
    .sort((a, b) => compareVersions(b.version, a.version))
}

/** The known library files that a runtime loads on a CPU, or with `cuda` on a GPU. */
export function librariesOf({ directory }: InstalledRuntime, { cuda }: { cuda: boolean }): string[] {
  const folder = librariesDirectory(directory)
  const there = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []
  const listed = readRuntimeFile(directory)?.files.map(({ path }) => join(directory, path)) ?? []
  // The CUDA libraries are loaded when a GPU is first used.
  const ofCuda = cuda ? listed.filter((path) => path.startsWith(join(directory, 'deps', 'nvidia'))) : []
  return [...there, ...ofCuda].filter((path) => /\.so(?:\.|$)/.test(path))
}

export function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}

export function noRuntime(): FlowerbedError {
  return new FlowerbedError('unavailable', errorText('tensorflow.notInstalled'))
}
