import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** pip's settings for downloads, which are used here so that a mirror is configured only once. */
export interface PipSettings {
  /** Simple-API roots in order, each ending with a slash. Empty with pip's `no-index`. */
  indexUrls: string[]
  /** Local folders with wheels (`find-links`). */
  wheelFolders: string[]
  proxy: string | null
  /** A PEM bundle. */
  certificateFile: string | null
  /** Hosts whose certificate is not checked: `host` or `host:port`. */
  trustedHosts: string[]
}

const defaultIndex = 'https://pypi.org/simple/'

/**
 * Reads pip's configuration files (global, user, virtual environment, PIP_CONFIG_FILE) and PIP_* variables, later
 * ones winning as in pip.
 */
export function readPipSettings(
  env: NodeJS.ProcessEnv = process.env,
  files: string[] = pipConfigFiles(env),
): PipSettings {
  const options = new Map<string, string>()
  for (const file of files) for (const [key, value] of readPipConfig(file)) options.set(key, value)
  for (const [name, value] of Object.entries(env)) {
    const key = /^PIP_([A-Z0-9_]+)$/.exec(name)?.[1]
    if (key && value) options.set(key.toLowerCase().replaceAll('_', '-'), value)
  }
  const list = (key: string): string[] => (options.get(key) ?? '').split(/\s+/).filter((word) => word !== '')
  const noIndex = /^(1|true|yes|on)$/i.test(options.get('no-index') ?? '')
  const indexUrls = [options.get('index-url')?.trim() ?? defaultIndex, ...list('extra-index-url')]
  return {
    indexUrls: noIndex ? [] : indexUrls.map((url) => (url.endsWith('/') ? url : `${url}/`)),
    wheelFolders: list('find-links')
      .map((folder) => folder.replace(/^file:\/\//, ''))
      .filter((folder) => !/^https?:/.test(folder) && existsSync(folder)),
    proxy: options.get('proxy') ?? null,
    certificateFile: options.get('cert') ?? null,
    trustedHosts: list('trusted-host'),
  }
}

/** pip's configuration files on this platform, least important first. */
export function pipConfigFiles(env: NodeJS.ProcessEnv = process.env): string[] {
  const named = env.PIP_CONFIG_FILE
  if (named === '/dev/null' || named === 'nul') return []
  const home = env.HOME ?? env.USERPROFILE ?? homedir()
  const name = process.platform === 'win32' ? 'pip.ini' : 'pip.conf'
  return [
    ...globalFolders(env).map((folder) => join(folder, name)),
    join(home, process.platform === 'win32' ? 'pip' : '.pip', name),
    join(userFolder(env, home), name),
    ...(env.VIRTUAL_ENV ? [join(env.VIRTUAL_ENV, name)] : []),
    ...(named ? [named] : []),
  ]
}

function globalFolders(env: NodeJS.ProcessEnv): string[] {
  if (process.platform === 'win32') return [join(env.ProgramData ?? 'C:\\ProgramData', 'pip')]
  if (process.platform === 'darwin') return ['/Library/Application Support/pip']
  const xdg = (env.XDG_CONFIG_DIRS ?? '/etc/xdg').split(':').filter((folder) => folder !== '')
  return [...xdg.reverse().map((folder) => join(folder, 'pip')), '/etc']
}

function userFolder(env: NodeJS.ProcessEnv, home: string): string {
  if (process.platform === 'win32') return join(env.APPDATA ?? join(home, 'AppData', 'Roaming'), 'pip')
  const mac = join(home, 'Library', 'Application Support', 'pip')
  if (process.platform === 'darwin' && existsSync(mac)) return mac
  return join(env.XDG_CONFIG_HOME ?? join(home, '.config'), 'pip')
}

/** The options of `[global]`, then `[download]`, then `[install]`, of one INI file; none when it cannot be read. */
function readPipConfig(file: string): [string, string][] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return []
  }
  const sections: Record<string, [string, string][]> = {}
  let section = ''
  let last: [string, string] | undefined
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*[#;]/.test(line) || line.trim() === '') continue
    const header = /^\[(.+)\]\s*$/.exec(line)
    const option = /^([^\s=:][^=:]*?)\s*[=:]\s*(.*)$/.exec(line)
    if (header) {
      section = header[1] ?? ''
      last = undefined
    } else if (/^\s/.test(line) && last) {
      last[1] = `${last[1]} ${line.trim()}`.trim()
    } else if (option) {
      last = [(option[1] ?? '').toLowerCase().replaceAll('_', '-'), (option[2] ?? '').trim()]
      ;(sections[section] ??= []).push(last)
    }
  }
  return ['global', 'download', 'install'].flatMap((name) => sections[name] ?? [])
}
