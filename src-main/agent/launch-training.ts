import { desktopText } from '#shared/desktop-text.ts'
import type { EngineEvent, TrainRequest, TrainResult } from '#shared/engine-messages.ts'
import { FlowerbedError, toFlowerbedError } from '#shared/errors.ts'
import type { LaunchRequest } from '#shared/remote/protocol.ts'
import type { Engine } from '../engine/server.ts'
import { checkpointFile, checkpointSteps, descriptionOf } from '../files/checkpoint-names.ts'
import { foundCheckpoints, resultAtCheckpoint } from './checkpoints.ts'
import type { RunControl } from './run-control.ts'
import { datasetPath, startPath } from './run-folder.ts'
import type { RunFolder } from './run-folder.ts'

type Resume = NonNullable<TrainRequest['resume']>

/**
 * Trains a launch on the engine: from the checkpoint that it names, else from the newest there that can be read, else from
 * the weights it starts from.
 * @param options.request as it is now: its limits may have grown meanwhile
 * @throws FlowerbedError when training cannot continue
 */
export async function trainOn(options: {
  run: RunFolder
  request: () => LaunchRequest
  engine: Pick<Engine, 'handlers'>
  control: Pick<RunControl, 'ending' | 'forward'>
  emit: (event: EngineEvent) => void
}): Promise<TrainResult> {
  const { run, request, engine, control, emit } = options
  const [first, ...earlier] = await candidates(run, request())
  // Asked before anything was loaded.
  const early = await resultSoFar(run, control)
  if (early) return early
  const attempt = async (resume: Resume | undefined): Promise<TrainResult> => {
    const result = engine.handlers.train(trainRequest(run, request(), resume))
    control.forward()
    return await result
  }
  try {
    let resume = first
    for (;;) {
      try {
        return await attempt(resume)
      } catch (thrown) {
        const next = resume && isUnreadable(thrown, resume) ? earlier.shift() : undefined
        if (!resume || !next) throw thrown
        const { message: reason } = toFlowerbedError(thrown)
        const step = stepOf(resume)
        emit({
          ...{ type: 'warning', runId: run.runId },
          message: desktopText('agent.resumesEarlier', { step, reason }),
        })
        resume = next
      }
    }
  } catch (thrown) {
    // It was to end before it had begun.
    const isCancelled = thrown instanceof FlowerbedError && thrown.kind === 'cancelled'
    const result = isCancelled ? await resultSoFar(run, control) : null
    if (!result) throw thrown
    return result
  }
}

/** The result of a training that is to end; null where it is not. */
const resultSoFar = async (
  run: RunFolder,
  { ending }: Pick<RunControl, 'ending'>,
): Promise<TrainResult | null> => ending && (await resultAtCheckpoint(run, ending.outcome))

/** What training may resume from, in the order in which that is tried. */
async function candidates(run: RunFolder, { resume }: LaunchRequest): Promise<Resume[]> {
  if (resume) return [resume]
  const found = await foundCheckpoints(run)
  if (found.length > 0) return found.map(({ file, sha256 }) => ({ file, sha256 }))
  // Damaged descriptions alone: the engine says so, rather than that the run begins anew.
  const steps = await checkpointSteps(run.path)
  return steps.slice(-1).map((step) => ({ file: checkpointFile(step), sha256: '' }))
}

function trainRequest(run: RunFolder, request: LaunchRequest, resume: Resume | undefined): TrainRequest {
  const { runId, config, device, excluded, start, datasetId } = request
  return {
    ...{ runId, config, device },
    runDirectory: run.path,
    datasetDirectory: datasetPath(run.folder, datasetId),
    ...(excluded ? { excluded } : {}),
    ...(resume ? { resume } : start ? { start: { directory: startPath(run), file: start.file } } : {}),
  }
}

/** Whether an error says that this checkpoint cannot be read. */
function isUnreadable(thrown: unknown, { file }: Resume): boolean {
  const { kind, where = '' } = toFlowerbedError(thrown)
  return (kind === 'corrupt' || kind === 'not-found') && where.includes(file.replace(/\.safetensors$/, ''))
}

const stepOf = ({ file }: Resume): number => Number(/\d+/.exec(descriptionOf(file))?.[0] ?? 0)
