import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** As src-main/engine/runtime/layout.ts has it, for the part of the set-up that runs before TypeScript can. */
export function cacheDirectory(env = process.env) {
  if (env.FLOWERBED_CACHE_DIR) return env.FLOWERBED_CACHE_DIR
  if (process.platform === 'win32') {
    return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'Flowerbed', 'Cache')
  }
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'Flowerbed')
  return join(env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'flowerbed')
}
