import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { mkdir, rename, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { createRequire } from 'node:module'
import { z } from 'zod'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError, toFlowerbedError } from '#shared/errors.ts'
import { createLogger } from '../log.ts'
import { bundledNode } from '../processes/bundled-node.ts'
import { downloadVerified } from '../tensorflow/download/download.ts'
import { httpSettings } from '../tensorflow/download/http.ts'
import { platformName } from '../tensorflow/layout.ts'
import { bundlesFolder } from './bundle.ts'
import type { InstallOptions, InstallSource, PlaceThere } from './install-options.ts'
import { findNodePackage } from './node-package.ts'
import type { NodePackage } from './node-package.ts'
import { quoted } from './remote-host.ts'
import { makeFolderThere } from './unpack-there.ts'

const log = createLogger('remote')

/** The Node that this Flowerbed runs on; on a target it is of the same version. */
export function nodeVersion(): string {
  if (bundledNode() === null) return process.versions.node
  const { version } = createRequire(import.meta.url)('node/package.json') as { version: string }
  return version
}

export const nodePath = (folder: string): string => `${folder}/node/${nodeVersion()}/bin/node`

/**
 * Installs Node: through the target's network, else from here.
 * @throws FlowerbedError `unavailable` where neither works, or where the target cannot run it
 */
export async function installNode(there: PlaceThere, options: InstallOptions): Promise<InstallSource> {
  const { host, folder } = there
  const node = nodePath(folder)
  const version = await host.run(`[ ! -x ${quoted(node)} ] || ${quoted(node)} --version`, run(options))
  if (version.trim() === `v${nodeVersion()}`) return 'there'
  const source = await fetchNode(there, options)
  try {
    await host.run(`${quoted(node)} --version`, run(options))
  } catch (thrown) {
    const cause = toFlowerbedError(thrown)
    if (cause.kind === 'unavailable' || cause.kind === 'cancelled') throw cause
    await host.run(`rm -rf ${quoted(dirname(dirname(node)))}`)
    const text = errorText('install.nodeDoesNotRun', { name: host.name, reason: cause.text ?? cause.message })
    throw new FlowerbedError('unavailable', text, { cause })
  }
  return source
}

const run = ({ signal }: InstallOptions) => (signal ? { signal } : {})

async function fetchNode(there: PlaceThere, options: InstallOptions): Promise<InstallSource> {
  const { signal, env = process.env } = options
  const found = await findNodePackage(there.platform, { version: nodeVersion(), env, signal }).catch(
    unlessCancelled,
  )
  if (!(found instanceof FlowerbedError)) {
    const failure = await downloadThere(there, found, options).then(() => null, unlessCancelled)
    if (failure === null) return 'network'
    log.info(`${there.host.name} could not download Node itself`, failure)
    if (failure.kind === 'no-space') throw failure
  }
  await copyNode(there, found instanceof FlowerbedError ? found : { package: found }, options)
  return 'here'
}

function unlessCancelled(thrown: unknown): FlowerbedError {
  const error = toFlowerbedError(thrown)
  if (error.kind === 'cancelled') throw error
  return error
}

const sizeSchema = z.coerce.number().int()

/** Downloads the package by curl or wget of the target, from where an earlier try ended. */
async function downloadThere(
  { host, folder }: PlaceThere,
  { tarball, sha512 }: NodePackage,
  options: InstallOptions,
): Promise<void> {
  const file = `${folder}/downloads/${basename(new URL(tarball).pathname)}`
  const url = quoted(tarball)
  await host.lines(
    [
      `job=; file=${quoted(file)}; mkdir -p ${quoted(`${folder}/downloads`)} || exit`,
      `right() { [ -f "$file" ] && [ "$(${sha512There('"$file"')})" = ${sha512} ]; }`,
      // A connection that is lost ends the download, too.
      "trap '' PIPE",
      'if right; then :',
      'elif command -v curl >/dev/null',
      `then curl -fsSL --connect-timeout 15 --speed-limit 1000 --speed-time 30 -C - -o "$file" ${url} & job=$!`,
      `else wget -q -T 30 -t 2 -c -O "$file" ${url} & job=$!; fi`,
      'while [ -n "$job" ] && kill -0 $job 2>/dev/null',
      'do echo $(wc -c < "$file" 2>/dev/null) || { kill $job; exit 1; }; sleep 1; done',
      '[ -z "$job" ] || wait $job || exit',
      'right || { rm -f "$file"; echo "wrong checksum" >&2; exit 1; }',
    ].join('; '),
    {
      ...run(options),
      onLine: (line) =>
        options.onProgress?.({ part: 'node', done: sizeSchema.catch(0).parse(line), total: 0 }),
    },
  )
  await unpack({ host, folder }, file, options)
}

const sha512There = (path: string): string =>
  `{ if command -v sha512sum >/dev/null; then sha512sum < ${path}; else shasum -a 512 < ${path}; fi; } | cut -c 1-128`

/** Unpacks a package there, or a compressed program. */
async function unpack(
  { host, folder }: Pick<PlaceThere, 'host' | 'folder'>,
  file: string,
  { signal }: InstallOptions,
): Promise<void> {
  const fill = file.endsWith('.tgz')
    ? `tar -xzf ${quoted(file)} -C "$new" package/bin/node && mv "$new/package/bin" "$new/bin" && rmdir "$new/package"`
    : `mkdir "$new/bin" && gzip -dc ${quoted(file)} > "$new/bin/node" && chmod +x "$new/bin/node"`
  await host.run(`rm -rf ${quoted(dirname(dirname(nodePath(folder))))}`)
  await makeFolderThere(host, dirname(dirname(nodePath(folder))), { fill, signal })
  await host.run(`rm -f ${quoted(file)}`)
}

/** Sends Node from here: this machine's own where the platform is the same, else what is downloaded here. */
async function copyNode(
  there: PlaceThere,
  found: { package: NodePackage } | FlowerbedError,
  options: InstallOptions,
): Promise<void> {
  const { host, folder, platform } = there
  const { signal, onProgress, env = process.env } = options
  const own = platform === platformName ? ownNode() : null
  if (own === null && found instanceof FlowerbedError) throw found
  const file =
    own === null
      ? await downloadHere((found as { package: NodePackage }).package, options)
      : await compressed(own, env)
  const to = `${folder}/downloads/${basename(file)}`
  await host.send(file, to, {
    ...(signal ? { signal } : {}),
    onProgress: (progress) => onProgress?.({ part: 'node', ...progress }),
  })
  await unpack({ host, folder }, to, options)
}

const isElectron = Object.hasOwn(process.versions, 'electron')

/** A program that is Node, not Electron. */
function ownNode(): string | null {
  const bundled = bundledNode()
  if (bundled !== null) return bundled
  return isElectron || !existsSync(process.execPath) ? null : process.execPath
}

async function compressed(program: string, env: NodeJS.ProcessEnv): Promise<string> {
  const file = join(bundlesFolder(env), `node-${nodeVersion()}-${platformName}.gz`)
  if (await stat(file).catch(() => null)) return file
  await mkdir(dirname(file), { recursive: true })
  const part = `${file}.${process.pid}.part`
  await pipeline(createReadStream(program), createGzip({ level: 1 }), createWriteStream(part))
  await rename(part, file)
  return file
}

async function downloadHere({ tarball, sha512 }: NodePackage, options: InstallOptions): Promise<string> {
  const { signal, onProgress, env = process.env } = options
  const file = join(bundlesFolder(env), basename(new URL(tarball).pathname))
  if (await stat(file).catch(() => null)) return file
  await downloadVerified({
    ...{ url: tarball, file, signal, settings: httpSettings(env) },
    expected: { algorithm: 'sha512', digest: sha512 },
    onBytes: (done, total) => onProgress?.({ part: 'node', done, total: total ?? 0 }),
  })
  return file
}
