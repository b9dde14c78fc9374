import { join } from 'node:path'
import { z } from 'zod'

/** An id of a run or dataset, which becomes the name of a folder. */
export const idSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/)

/** The folder of a run on the target, under the folder that Flowerbed has there. */
export interface RunFolder {
  /** Flowerbed's folder on the target. */
  folder: string
  runId: string
  /** `runs/<id>`: what the engine takes for the folder of the run. */
  path: string
}

/** @throws ZodError for an id that is no name of a folder */
export function runFolderOf(folder: string, runId: string): RunFolder {
  return { folder, runId: idSchema.parse(runId), path: join(folder, 'runs', runId) }
}

export const requestPath = ({ path }: RunFolder) => join(path, 'request.json')
export const journalPath = ({ path }: RunFolder) => join(path, 'journal.jsonl')
export const jobPath = ({ path }: RunFolder) => join(path, 'job.json')
export const logPath = ({ path }: RunFolder) => join(path, 'log.txt')
export const controlFolder = ({ path }: RunFolder) => join(path, 'control')
/** Free again when the disk is full, so that the journal can say so. */
export const reservePath = ({ path }: RunFolder) => join(path, 'reserve')
/** Held while a launch is started, and while a journal is cut or ended by another process than the one that trains. */
export const lockPath = ({ path }: RunFolder) => join(path, '.launch-lock')
/** A file for each launch that was started, named by its id. */
export const launchesFolder = ({ path }: RunFolder) => join(path, 'launches')
/** The checkpoints of another run whose weights this one starts from. */
export const startPath = ({ path }: RunFolder) => join(path, 'start')
export const datasetPath = (folder: string, datasetId: string) =>
  join(folder, 'datasets', idSchema.parse(datasetId))
