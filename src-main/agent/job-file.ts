import { readFile, stat, utimes } from 'node:fs/promises'
import { launchRequestSchema } from '#shared/remote/protocol.ts'
import type { LaunchRequest } from '#shared/remote/protocol.ts'
import { writeFileAtomically } from '../files/atomic-write.ts'
import { writing } from '../files/write-errors.ts'
import { jobRecordSchema } from './launcher.ts'
import type { JobRecord } from './launcher.ts'
import { controlFolder, jobPath, requestPath } from './run-folder.ts'
import type { RunFolder } from './run-folder.ts'

/** By whom a run is trained, or was; null where it was never launched. @throws any error for a file that is no record */
export async function readJob(run: RunFolder): Promise<JobRecord | null> {
  const text = await readThere(jobPath(run))
  return text === null ? null : jobRecordSchema.parse(JSON.parse(text))
}

export const writeJob = (run: RunFolder, job: JobRecord): Promise<void> =>
  write(jobPath(run), JSON.stringify(job))

/** What is to be trained; null where it was never launched. @throws any error for a file that is no request */
export async function readRequest(run: RunFolder): Promise<LaunchRequest | null> {
  const text = await readThere(requestPath(run))
  return text === null ? null : launchRequestSchema.parse(JSON.parse(text))
}

export const writeRequest = (run: RunFolder, request: LaunchRequest): Promise<void> =>
  write(requestPath(run), JSON.stringify(request))

/**
 * A sign of life for those that cannot see the process that trains. On NFS it also has the server asked what is in the folder
 * now, which is else remembered for half a minute.
 */
export async function giveSignOfLife(run: RunFolder): Promise<void> {
  const now = new Date()
  await utimes(controlFolder(run), now, now)
}

/** Ms since the last sign of life. */
export async function silentMs(run: RunFolder): Promise<number> {
  const { mtimeMs } = await stat(controlFolder(run)).catch(() => stat(jobPath(run)))
  return Date.now() - mtimeMs
}

/** @throws FlowerbedError `no-space` and others that name the file */
export const write = (path: string, content: Uint8Array | string): Promise<void> =>
  writing(path, () => writeFileAtomically(path, content))

async function readThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return null
    throw thrown
  }
}
