import { deserializeError } from '#shared/errors.ts'
import { remoteStateText } from '#shared/labels/remote-state.ts'
import type { RemoteState } from '#shared/remote/remote-state.ts'
import { hasEnded, isLive } from '#shared/run-status.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { ConnectedTargets } from '../../remote/connected-targets.ts'
import { RemoteRuns } from '../../remote/remote-runs.ts'
import type { TargetAccess } from '../../remote/target-access.ts'
import type { TrainOptions } from '../../runs/run-training.ts'
import { Interrupted, onInterrupt, wasInterrupted } from './interrupt.ts'
import { duration, say, StatusLine } from './output.ts'
import { progressLine } from './train-run.ts'
import type { Workspace } from './workspace.ts'

/** Runs on targets as a command follows them: their states and their progress, a line each. */
export async function withRemoteRuns<T>(
  { store, runService }: Workspace,
  work: (runs: RemoteRuns, access: TargetAccess) => Promise<T>,
  onState: (state: RemoteState) => void = () => undefined,
): Promise<T> {
  const line = new StatusLine()
  const targets = new ConnectedTargets({ store })
  const told = new Map<string, string>()
  const runs = new RemoteRuns({
    ...{ store, runService, access: targets },
    notify: ({ message, hint }) => say(hint === undefined ? message : `${message} ${hint}`),
    onEvent: (event) => {
      if (event.type === 'warning') say(event.message)
      if (event.type === 'progress') line.show(progressLine(event.progress))
    },
    onState: (state) => {
      onState(state)
      const text = remoteStateText(state)
      if (told.get(state.runId) === text) return
      told.set(state.runId, text)
      // Of what is sent each part would be a line of its own.
      if (state.phase === 'sending') line.show(text)
      else say(text)
    },
  })
  try {
    return await work(runs, targets)
  } finally {
    line.end()
    await runs.close()
    await targets.close()
  }
}

/**
 * Trains a run on its target and follows it to its end. Ctrl+C ends only following.
 * @param detach ends following once it trains there, or waits in a queue there
 * @throws Interrupted when it goes on there
 */
export async function trainThere(
  workspace: Workspace,
  run: RunRecord,
  { detach = false, ...options }: TrainOptions & { detach?: boolean },
): Promise<RunRecord> {
  let launched: () => void = () => undefined
  const isLaunched = new Promise<void>((resolve) => (launched = resolve))
  return await withRemoteRuns(
    workspace,
    async (runs) => {
      await runs.start(run, options)
      return await followRun(runs, run, detach ? isLaunched : null)
    },
    ({ phase }) => {
      if (phase === 'training' || phase === 'queued') launched()
    },
  )
}

/** Follows a run to its end, or until a promise says that this is enough. @throws Interrupted when it goes on there */
export async function followRun(
  runs: RemoteRuns,
  { id }: RunRecord,
  enough: Promise<void> | null,
): Promise<RunRecord> {
  const stopListening = onInterrupt(() => void runs.detach(id), 'it goes on where it trains')
  const detached = { isAsked: false }
  void enough?.then(() => {
    detached.isAsked = true
    void runs.detach(id)
  })
  try {
    const run = await runs.settled(id)
    if (!isLive(run)) return ended(run)
    say(`“${run.name}” (${id}) goes on on ${run.target ?? 'its target'}.`)
    say(`Follow it with: flowerbed attach ${id}. End it with: flowerbed runs pause ${id}, or runs stop ${id}`)
    if (!detached.isAsked && wasInterrupted()) throw new Interrupted()
    return run
  } finally {
    stopListening()
  }
}

/** @throws the error by which a run has failed */
function ended(run: RunRecord): RunRecord {
  const { name, status, step, trainedSeconds, id } = run
  say(`“${name}” ${status} at step ${step}, after ${duration(trainedSeconds)} of training.`)
  if (!hasEnded(run)) say(`Resume with: flowerbed train --resume ${id}`)
  if (status === 'failed' && run.error) throw deserializeError(run.error)
  return run
}
