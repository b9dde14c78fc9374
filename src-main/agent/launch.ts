import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { launchRequestSchema, protocolVersion } from '#shared/remote/protocol.ts'
import type { LaunchRequest, RunStatusThere } from '#shared/remote/protocol.ts'
import { withLock } from '../files/lock.ts'
import { writing } from '../files/write-errors.ts'
import { isComplete } from './datasets.ts'
import { readJob, writeJob, writeRequest } from './job-file.ts'
import { stateOfJob, startJob } from './launchers.ts'
import { makeReserve } from './reserve.ts'
import { datasetPath, idSchema, launchesFolder, lockPath, runFolderOf } from './run-folder.ts'
import type { RunFolder } from './run-folder.ts'
import { jobState, runStatus } from './status.ts'

/** How long the process of a launch that has ended may take to be gone. */
const goneMs = 10_000

/**
 * `agent launch`: starts or resumes training apart from this process. A launch that is known already changes nothing.
 * @throws FlowerbedError `conflict` for another protocol and while another launch of the run trains, `not-found` for its
 * images, `no-space`
 */
export async function launch(folder: string, input: unknown): Promise<RunStatusThere> {
  checkProtocol(input)
  const request = launchRequestSchema.parse(input)
  const run = runFolderOf(folder, request.runId)
  const id = idSchema.parse(request.launchId)
  return await withLock(lockPath(run), { pollMs: 100 }, async () => {
    const known = await readdir(launchesFolder(run)).catch((): string[] => [])
    const job = await readJob(run)
    if (known.includes(id) || job?.launchId === id) return await runStatus(run)
    await waitUntilFree(run)
    if (!isComplete(datasetPath(folder, request.datasetId))) {
      throw new FlowerbedError('not-found', errorText('agent.datasetMissing'), { where: request.datasetId })
    }
    await start(run, request)
    return await runStatus(run)
  })
}

/** Read apart from the rest, which another version may have in another form. */
function checkProtocol(input: unknown): void {
  const { protocol } = z.object({ protocol: z.int() }).parse(input)
  if (protocol === protocolVersion) return
  const versions = { ours: protocol, theirs: protocolVersion }
  throw new FlowerbedError('conflict', errorText('agent.protocol', versions))
}

async function start(run: RunFolder, request: LaunchRequest): Promise<void> {
  await makeReserve(run)
  await writeRequest(run, request)
  await writeJob(run, await startJob(run, request))
  // Last: a launch whose start was cut off before is started again.
  await writing(run.path, async () => {
    await mkdir(launchesFolder(run), { recursive: true })
    await writeFile(join(launchesFolder(run), request.launchId), '')
  })
}

/** @throws FlowerbedError `conflict` while the run is trained, or waits to be */
async function waitUntilFree(run: RunFolder): Promise<void> {
  const { job } = await jobState(run)
  if (job.state === 'running' || job.state === 'queued')
    throw new FlowerbedError('conflict', errorText('agent.inTraining'), { where: run.runId })
  if (job.state !== 'ended') return
  // The process may still be giving back the device.
  const record = await readJob(run)
  const until = performance.now() + goneMs
  while (record && performance.now() < until) {
    const { state } = await stateOfJob(run, record)
    if (state !== 'running') return
    await delay(100)
  }
}
