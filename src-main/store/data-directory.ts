import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

const name = 'Flowerbed'

/** Where runs, datasets and the database are: what was asked for, `FLOWERBED_DATA_DIR`, or Electron's userData. */
export function dataDirectory(asked?: string): string {
  const wanted = asked ?? process.env['FLOWERBED_DATA_DIR']
  if (wanted) return resolve(wanted)
  if (process.platform === 'win32')
    return join(process.env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming'), name)
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', name)
  return join(process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), name)
}

export const datasetsFolder = (data: string) => join(data, 'datasets')
export const runFolder = (data: string, runId: string) => join(data, 'runs', runId)
