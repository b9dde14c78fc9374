import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { InstalledRuntime, RuntimeVariant } from '#shared/schemas/doctor.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { processTag } from '../files/process-identity.ts'
import {
  bindingPath,
  bindingResources,
  librariesDirectory,
  linkedDirectory,
  platformName,
  realFolder,
  runtimesDirectory,
} from './layout.ts'

const libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'] as const

/**
 * A TensorFlow that Flowerbed did not install, as a runtime: a folder in our layout, or (Linux) pip's
 * `site-packages/tensorflow`, which is linked from a folder in the cache where the binding finds it.
 * @throws FlowerbedError bad-input when the folder holds neither
 */
export function linkExternalTensorFlow(given: string, cache: string): InstalledRuntime {
  // pip's folder of CUDA libraries is beside the real folder, not beside a link to it.
  const external = realFolder(given)
  if (existsSync(bindingPath(external))) return describe(external, external)
  if (!libraries.every((name) => existsSync(join(external, name)))) {
    throw new FlowerbedError(
      'bad-input',
      errorText('tensorflow.noneInFolder', { folder: external, libraries: libraries.join(' and ') }),
      { where: external },
    )
  }
  const linked = linkedDirectory(external, cache)
  if (!existsSync(bindingPath(linked))) link(external, linked, cache)
  return describe(linked, external)
}

function link(external: string, linked: string, cache: string): void {
  const binding = join(bindingResources(), platformName, 'tfjs_binding.node')
  if (!existsSync(binding)) {
    throw new FlowerbedError(
      'unavailable',
      errorText('tensorflow.noBindingForPip', { platform: platformName }),
    )
  }
  mkdirSync(runtimesDirectory(cache), { recursive: true })
  const staging = mkdtempSync(join(runtimesDirectory(cache), `.linking-${processTag()}-`))
  try {
    mkdirSync(dirname(bindingPath(staging)), { recursive: true })
    mkdirSync(librariesDirectory(staging), { recursive: true })
    copyFileSync(binding, bindingPath(staging))
    for (const name of libraries) symlinkSync(join(external, name), join(librariesDirectory(staging), name))
    const nvidia = join(dirname(external), 'nvidia')
    if (existsSync(nvidia)) symlinkSync(nvidia, join(staging, 'deps', 'nvidia'))
    renameSync(staging, linked)
  } catch (error) {
    rmSync(staging, { recursive: true, force: true })
    // Another process may have created it first.
    if (!existsSync(bindingPath(linked))) throw error
  }
}

function describe(directory: string, external: string): InstalledRuntime {
  const inLibraries = librariesDirectory(directory)
  return {
    variant: externalVariant(directory, external),
    version: externalVersion(external),
    directory,
    bytes: libraries
      .map((name) => join(inLibraries, name))
      .reduce((sum, path) => sum + (existsSync(path) ? statSync(path).size : 0), 0),
    source: 'folder',
    removable: false,
  }
}

function externalVariant(directory: string, external: string): RuntimeVariant {
  const runtime = readJson(join(external, 'runtime.json'))
  if (runtime?.variant === 'cuda' || runtime?.variant === 'cpu') return runtime.variant
  const buildInfo = join(external, 'python', 'platform', 'build_info.py')
  if (existsSync(buildInfo)) {
    return /["']is_cuda_build["'],\s*True/.test(readFileSync(buildInfo, 'utf8')) ? 'cuda' : 'cpu'
  }
  return existsSync(join(directory, 'deps', 'nvidia')) ? 'cuda' : 'cpu'
}

/** The version from the files beside the libraries; `unknown` until the library is loaded. */
function externalVersion(external: string): string {
  const runtime = readJson(join(external, 'runtime.json'))
  if (typeof runtime?.version === 'string') return runtime.version
  const header = join(external, 'include', 'tensorflow', 'core', 'public', 'release_version.h')
  if (!existsSync(header)) return 'unknown'
  const text = readFileSync(header, 'utf8')
  const part = (name: string): string =>
    new RegExp(`#define TF_${name}_VERSION\\s+(\\d+)`).exec(text)?.[1] ?? '0'
  return `${part('MAJOR')}.${part('MINOR')}.${part('PATCH')}`
}

function readJson(path: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return typeof value === 'object' && value !== null ? { ...value } : null
  } catch {
    return null
  }
}
