import { basename, join } from 'node:path'
import type { TrainRequest } from '#shared/engine-messages.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { protocolVersion } from '#shared/remote/protocol.ts'
import type { LaunchRequest } from '#shared/remote/protocol.ts'
import type { RemotePhase } from '#shared/remote/remote-state.ts'
import type { Store } from '../database/store.ts'
import { checkpointFile, checkpointFolder, descriptionOf, stepOfFile } from '../files/checkpoint-names.ts'
import { sendProgress } from './send-progress.ts'
import type { ReadyTarget, TargetAccess } from './target-access.ts'

interface Launching {
  store: Store
  runKey: number
  access: TargetAccess
  target: ReadyTarget
  request: TrainRequest
  launchId: string
  signal: AbortSignal
  onPhase: (phase: RemotePhase) => void
}

/**
 * Sends the images, the checkpoint and the request of a launch that the target does not know. After an answer that was lost
 * the target knows it, and nothing is started twice.
 * @throws FlowerbedError what the agent or the connection says
 */
export async function launchThere(launching: Launching): Promise<void> {
  const { store, runKey, target, request, launchId, signal, onPhase } = launching
  const { runId } = request
  const there = await target.agent.status(runId, signal)
  if (there.protocol !== protocolVersion) {
    throw new FlowerbedError('conflict', errorText('remote.otherVersion', { name: target.host.name }))
  }
  if (there.launchId === launchId) return
  const launch = await sendAll(launching, there.checkpoint?.sha256 ?? null)
  onPhase({ phase: 'starting' })
  // What stands in the journal before is of other launches.
  store.launches.advance(runKey, launchId, there.journalBytes)
  await target.agent.launch(launch, signal)
}

/** Sends the files of a launch; answers its request. */
async function sendAll(
  { access, target, request, launchId, signal, onPhase }: Launching,
  checkpointThere: string | null,
): Promise<LaunchRequest> {
  const { runId, runDirectory, datasetDirectory, excluded, config, device, resume, start } = request
  const onProgress = sendProgress(onPhase)
  const datasetId = basename(datasetDirectory)
  const runThere = `${target.folder}/runs/${runId}`
  await access.sendDataset(target, { datasetId, directory: datasetDirectory, onProgress, signal })
  const sendCheckpoint = async (from: { directory: string; file: string; sha256?: string }, to: string) => {
    // The description last: arrays without one are never taken for a checkpoint.
    const name = plainFile(from.file)
    for (const [file, there] of [
      [from.file, name],
      [descriptionOf(from.file), descriptionOf(name)],
    ] as const) {
      const sha256 = file === from.file ? from.sha256 : undefined
      await target.host.send(join(checkpointFolder(from.directory), file), `${to}/checkpoints/${there}`, {
        ...(sha256 === undefined ? {} : { sha256 }),
        onProgress: (progress) => onProgress({ ...progress, what: 'checkpoint' }),
        signal,
      })
    }
  }
  if (resume && resume.sha256 !== checkpointThere)
    await sendCheckpoint({ directory: runDirectory, ...resume }, runThere)
  if (start) await sendCheckpoint(start, `${runThere}/start`)
  return {
    ...{ protocol: protocolVersion, runId, launchId, datasetId, config, device },
    ...(excluded ? { excluded } : {}),
    ...(resume ? { resume: { ...resume, file: plainFile(resume.file) } } : {}),
    ...(start ? { start: { file: plainFile(start.file) } } : {}),
    ...(target.slurm ? { slurm: target.slurm } : {}),
  }
}

/** The name of a checkpoint there, as that of one without an average of another width: there it is found by its step. */
function plainFile(file: string): string {
  const step = stepOfFile(file)
  return step === null ? file : checkpointFile(step)
}
