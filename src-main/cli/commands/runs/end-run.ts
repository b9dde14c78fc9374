import type { Command } from 'commander'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError, toFlowerbedError } from '#shared/errors.ts'
import { QueuedRuns } from '../../../runs/queued-runs.ts'
import { answer, say } from '../../support/output.ts'
import { withRemoteRuns } from '../../support/remote-runs.ts'
import { withWorkspace } from '../../support/workspace.ts'

/** The subcommands that end a run on a target. */
export function addEndRun(runs: Command): void {
  runs
    .command('pause')
    .description('have a run on a target write a checkpoint and end')
    .argument('<run>', 'its id, the beginning of one, or latest')
    .action((run: string, _: object, command: Command) => endRun('pause', run, command.optsWithGlobals()))
  runs
    .command('stop')
    .description('stop a run on a target for good, with a checkpoint')
    .argument('<run>', 'its id, the beginning of one, or latest')
    .action((run: string, _: object, command: Command) => endRun('stop', run, command.optsWithGlobals()))
}

async function endRun(
  how: 'pause' | 'stop',
  query: string,
  { dataDir, json = false }: { dataDir?: string; json?: boolean },
): Promise<void> {
  await withWorkspace({ dataDir, writes: true }, async (workspace) => {
    const run = workspace.runService.find(query)
    if (!workspace.store.launches.isOpen(run.id)) {
      throw new FlowerbedError('bad-input', errorText('remote.notThere', { run: run.name }), {
        where: run.id,
      })
    }
    const told = await withRemoteRuns(workspace, async (runs) => {
      try {
        // As in the app, a pause lets nothing else start there by itself.
        if (how === 'pause' && run.target !== null) new QueuedRuns(workspace).holdTarget(run.target, true)
        await (how === 'pause' ? runs.pause(run.id) : runs.stop(run.id, true))
        return true
      } catch (thrown) {
        const { kind, message } = toFlowerbedError(thrown)
        if (kind !== 'unavailable') throw thrown
        say(`${run.target ?? 'The target'} is not reached now: ${message}`)
        return false
      }
    })
    say(
      told
        ? `“${run.name}” was told to ${how}. See it end with: flowerbed attach ${run.id}`
        : `“${run.name}” goes on there, and will ${how} as soon as it is followed again: flowerbed attach ${run.id}`,
    )
    answer(json, { run: run.id, told })
  })
}
