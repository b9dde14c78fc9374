import { realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** As in src-main/tensorflow/layout.ts, for the part of the set-up that runs before TypeScript can. */
export function cacheDirectory(env = process.env) {
  return realFolder(env.FLOWERBED_CACHE_DIR || platformCache(env))
}

function platformCache(env) {
  if (process.platform === 'win32')
    return join(env.LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), 'Flowerbed', 'Cache')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'Flowerbed')
  const xdg = env.XDG_CACHE_HOME
  return join(xdg && isAbsolute(xdg) ? xdg : join(homedir(), '.cache'), 'flowerbed')
}

function realFolder(path) {
  const absolute = resolve(path)
  try {
    return realpathSync(absolute)
  } catch {
    const parent = dirname(absolute)
    return parent === absolute ? absolute : join(realFolder(parent), basename(absolute))
  }
}
