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
 * A TensorFlow that somebody else installed, as a runtime: either a folder in our own layout, or (Linux) pip's
 * `site-packages/tensorflow`, which is linked to from a folder of ours because the binding looks for it there.
 * @throws FlowerbedError bad-input when the folder holds neither
 */
export function linkExternalTensorFlow(given: string, cache: string): InstalledRuntime {
  // pip's folder of CUDA's libraries lies beside the real folder, not beside a link to it.
  const foreign = realFolder(given)
  if (existsSync(bindingPath(foreign))) return describe(foreign, foreign)
  if (!libraries.every((name) => existsSync(join(foreign, name)))) {
    throw new FlowerbedError('bad-input', `FLOWERBED_TF_DIR holds no TensorFlow: ${foreign}`, {
      where: foreign,
      hint: `Point it at pip's site-packages/tensorflow (with ${libraries.join(' and ')}) or at a Flowerbed runtime folder, or unset it.`,
    })
  }
  const linked = linkedDirectory(foreign, cache)
  if (!existsSync(bindingPath(linked))) link(foreign, linked, cache)
  return describe(linked, foreign)
}

function link(foreign: string, linked: string, cache: string): void {
  const binding = join(bindingResources(), platformName, 'tfjs_binding.node')
  if (!existsSync(binding)) {
    throw new FlowerbedError(
      'unavailable',
      `There is no binding for a pip-installed TensorFlow on ${platformName}`,
      { hint: 'Unset FLOWERBED_TF_DIR.' },
    )
  }
  mkdirSync(runtimesDirectory(cache), { recursive: true })
  const staging = mkdtempSync(join(runtimesDirectory(cache), `.linking-${processTag()}-`))
  try {
    mkdirSync(dirname(bindingPath(staging)), { recursive: true })
    mkdirSync(librariesDirectory(staging), { recursive: true })
    copyFileSync(binding, bindingPath(staging))
    for (const name of libraries) symlinkSync(join(foreign, name), join(librariesDirectory(staging), name))
    const nvidia = join(dirname(foreign), 'nvidia')
    if (existsSync(nvidia)) symlinkSync(nvidia, join(staging, 'deps', 'nvidia'))
    renameSync(staging, linked)
  } catch (error) {
    rmSync(staging, { recursive: true, force: true })
    // another process may have been first; its folder is as good
    if (!existsSync(bindingPath(linked))) throw error
  }
}

function describe(directory: string, foreign: string): InstalledRuntime {
  const inLibraries = librariesDirectory(directory)
  return {
    variant: foreignVariant(directory, foreign),
    version: foreignVersion(foreign),
    directory,
    bytes: libraries
      .map((name) => join(inLibraries, name))
      .reduce((sum, path) => sum + (existsSync(path) ? statSync(path).size : 0), 0),
    source: 'folder',
    removable: false,
  }
}

function foreignVariant(directory: string, foreign: string): RuntimeVariant {
  const ours = readJson(join(foreign, 'runtime.json'))
  if (ours?.variant === 'cuda' || ours?.variant === 'cpu') return ours.variant
  const buildInfo = join(foreign, 'python', 'platform', 'build_info.py')
  if (existsSync(buildInfo)) {
    return /["']is_cuda_build["'],\s*True/.test(readFileSync(buildInfo, 'utf8')) ? 'cuda' : 'cpu'
  }
  return existsSync(join(directory, 'deps', 'nvidia')) ? 'cuda' : 'cpu'
}

/** The version by what lies beside the libraries; `unknown` until the library itself tells. */
function foreignVersion(foreign: string): string {
  const ours = readJson(join(foreign, 'runtime.json'))
  if (typeof ours?.version === 'string') return ours.version
  const header = join(foreign, 'include', 'tensorflow', 'core', 'public', 'release_version.h')
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
