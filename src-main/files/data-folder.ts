import { homedir } from 'node:os'
import { join, relative, resolve, sep } from 'node:path'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { isBelow } from './removal.ts'

const name = 'Flowerbed'

/** The folder of runs, datasets and the database: the given one, `FLOWERBED_DATA_DIR`, or Electron's userData. */
export function dataDirectory(given?: string): string {
  const chosen = given ?? process.env['FLOWERBED_DATA_DIR']
  if (chosen) return resolve(chosen)
  if (process.platform === 'win32')
    return join(process.env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming'), name)
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', name)
  return join(process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), name)
}

export const datasetsFolder = (data: string) => join(data, 'datasets')
export const runsFolder = (data: string) => join(data, 'runs')
export const runFolder = (data: string, runId: string) => join(runsFolder(data), runId)
/** What a run that starts from another's weights keeps of it until its own first checkpoint is written. */
export const startFolder = (data: string, runId: string) => join(runFolder(data, runId), 'start')

/**
 * A dataset's folder as the database stores it: relative to the data folder and with slashes, so that a moved or copied
 * data folder refers to its own images.
 * @throws FlowerbedError `conflict` for a folder that is not among this data folder's datasets
 */
export function storedDatasetPath(data: string, directory: string): string {
  if (isAmongDatasets(data, directory)) return relative(data, directory).split(sep).join('/')
  throw new FlowerbedError('conflict', errorText('files.notADataset'), {
    where: directory,
  })
}

/** The folder of a stored path. @throws FlowerbedError `corrupt` for a path that leads out of this data folder's datasets */
export function datasetDirectory(data: string, stored: string): string {
  const directory = resolve(data, ...stored.split('/'))
  if (isAmongDatasets(data, directory)) return directory
  throw new FlowerbedError('corrupt', errorText('files.notAmongDatasets'), {
    where: directory,
  })
}

const isAmongDatasets = (data: string, directory: string) => isBelow(datasetsFolder(data), directory)
