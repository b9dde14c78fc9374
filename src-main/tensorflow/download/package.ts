import { execFile } from 'node:child_process'
import { copyFile, cp, mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { InstallOptions } from '../install-options.ts'
import { readRuntimeFile } from '../installed.ts'
import type { RuntimeFile } from '../installed.ts'
import { cacheDirectory, platformName, runtimeDirectory } from '../layout.ts'
import { commitStaging, stagingFolder } from '../staging.ts'

/** The TensorFlow version that tfjs-node-gpu 4.22 downloads. */
const packageVersion = '2.9.1'

/**
 * For platforms without wheels (Windows, macOS): runs tfjs-node-gpu's installer, which downloads its TensorFlow and binding
 * from Google's storage, in a copy of the package, so that nothing is written into node_modules.
 */
export async function installPackageRuntime(options: InstallOptions): Promise<void> {
  const { variant, env = process.env, signal, onProgress } = options
  const cache = cacheDirectory(env)
  const directory = runtimeDirectory({ version: packageVersion, variant }, cache)
  if (readRuntimeFile(directory)) return
  if (platformName.startsWith('linux')) {
    throw new FlowerbedError(
      'unavailable',
      errorText('tensorflow.noneForPlatform', { variant, platform: platformName }),
    )
  }
  const packageFolder = dirname(
    createRequire(import.meta.url).resolve('@tensorflow/tfjs-node-gpu/package.json'),
  )
  const staging = await stagingFolder(cache)
  const progress = {
    file: `tfjs-node-gpu (TensorFlow ${packageVersion})`,
    receivedBytes: 0,
    totalBytes: 0,
    bytesPerSecond: 0,
  }
  try {
    const copy = join(staging, 'package')
    await cp(packageFolder, copy, { recursive: true })
    onProgress?.({ phase: 'download', ...progress })
    const script =
      variant === 'cuda'
        ? ['scripts/install.js', 'gpu', 'download']
        : ['scripts/install.js', 'cpu', 'download']
    await promisify(execFile)(process.execPath, script, {
      cwd: copy,
      env: { ...env, ELECTRON_RUN_AS_NODE: '1', NODE_PATH: dirname(dirname(packageFolder)) },
      ...(signal ? { signal } : {}),
    })
    await mkdir(join(staging, 'lib'), { recursive: true })
    await cp(join(copy, 'lib'), join(staging, 'lib'), { recursive: true })
    await cp(join(copy, 'deps'), join(staging, 'deps'), { recursive: true })
    await copyFile(join(copy, 'package.json'), join(staging, 'tfjs-package.json'))
    await rm(copy, { recursive: true })
    const { size } = await stat(join(staging, 'lib', 'napi-v8', 'tfjs_binding.node'))
    const content: RuntimeFile = {
      format: 1,
      version: packageVersion,
      variant,
      platform: platformName,
      source: 'package',
      bytes: size,
      files: [],
    }
    await writeFile(join(staging, 'runtime.json'), JSON.stringify(content, null, 1))
    await commitStaging(staging, directory)
    onProgress?.({ phase: 'done', ...progress })
  } catch (cause) {
    if (signal?.aborted) throw new FlowerbedError('cancelled', errorText('tensorflow.cancelled'), { cause })
    throw new FlowerbedError('unavailable', errorText('tensorflow.packageDownloadFailed'), { cause })
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}
