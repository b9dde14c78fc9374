import { createHash } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import type { RuntimeVariant } from '#shared/schemas/doctor.ts'
import { resourceFolder } from '../files/resources.ts'

/**
 * The folders of the TensorFlow runtime.
 *
 *   <cache>/runtime/2.21.0-cpu-linux-x64/
 *     runtime.json                      what it is, written last
 *     lib/napi-v8/tfjs_binding.node     looks for its libraries in ../../deps/lib
 *     deps/lib/libtensorflow_*.so.2     look for CUDA in ../nvidia/<part>/lib
 *     deps/nvidia/<part>/lib/*.so*
 *   <cache>/downloads/                  parts of downloads, kept so that the next try resumes
 */
export function cacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  return realFolder(env.FLOWERBED_CACHE_DIR || platformCache(env))
}

function platformCache(env: NodeJS.ProcessEnv): string {
  if (process.platform === 'win32')
    return join(env.LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), 'Flowerbed', 'Cache')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'Flowerbed')
  const xdg = env.XDG_CACHE_HOME
  // The specification has relative paths ignored.
  return join(xdg && isAbsolute(xdg) ? xdg : join(homedir(), '.cache'), 'flowerbed')
}

/** The absolute path of a folder without symbolic links, as Node names the modules in it; it need not be there yet. */
export function realFolder(path: string): string {
  const absolute = resolve(path)
  try {
    return realpathSync(absolute)
  } catch {
    const parent = dirname(absolute)
    return parent === absolute ? absolute : join(realFolder(parent), basename(absolute))
  }
}

export const runtimesDirectory = (cache = cacheDirectory()): string => join(cache, 'runtime')

export const downloadsDirectory = (cache = cacheDirectory()): string => join(cache, 'downloads')

/** This machine's name in runtime folders and the manifest, such as `linux-x64`. */
export const platformName = `${process.platform}-${process.arch}`

export interface RuntimeName {
  version: string
  variant: RuntimeVariant
}

export const runtimeDirectory = ({ version, variant }: RuntimeName, cache = cacheDirectory()): string =>
  join(runtimesDirectory(cache), `${version}-${variant}-${platformName}`)

export const bindingPath = (runtime: string): string => join(runtime, 'lib', 'napi-v8', 'tfjs_binding.node')

export const librariesDirectory = (runtime: string): string => join(runtime, 'deps', 'lib')

/** The folder that links to an external TensorFlow, which must not be written to. */
export const linkedDirectory = (external: string, cache = cacheDirectory()): string =>
  join(
    runtimesDirectory(cache),
    `linked-${createHash('sha256').update(external).digest('hex').slice(0, 12)}-${platformName}`,
  )

/** The bindings that come with Flowerbed, a folder for each platform. */
export const bindingResources = (): string => resourceFolder('tensorflow-binding')
