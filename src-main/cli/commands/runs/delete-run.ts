import type { Command } from 'commander'
import { toFlowerbedError } from '#shared/errors.ts'
import { ConnectedTargets } from '../../../remote/connected-targets.ts'
import { answer, bytes, say } from '../../support/output.ts'
import { withWorkspace } from '../../support/workspace.ts'
import type { Workspace } from '../../support/workspace.ts'

/** The subcommand that deletes a run. */
export function addDeleteRun(runs: Command): void {
  runs
    .command('delete')
    .description(
      'delete a run for good: its settings, curves, samples and checkpoints, here and on its target',
    )
    .argument('<run>', 'its id, the beginning of one, or latest')
    .action((run: string, _: object, command: Command) => deleteRun(run, command.optsWithGlobals()))
}

async function deleteRun(
  query: string,
  { dataDir, json = false }: { dataDir?: string; json?: boolean },
): Promise<void> {
  await withWorkspace({ dataDir, writes: true }, async (workspace) => {
    const { id, name } = workspace.runService.find(query)
    const { freedBytes } = await workspace.runService.delete(id)
    say(`“${name}” is deleted, ${bytes(freedBytes)}.`)
    const left = await deleteThere(workspace, id)
    answer(json, { deleted: id, freedBytes, left })
  })
}

/** @returns the targets on which the run's folder is still to be deleted */
async function deleteThere({ store }: Workspace, runId: string): Promise<string[]> {
  const targets = () => store.folders.left().flatMap((one) => (one.runId === runId ? [one.target] : []))
  const access = new ConnectedTargets({ store })
  try {
    for (const target of targets()) {
      const reason = await access.clearDeleted(target, { signal: new AbortController().signal }).then(
        () => '',
        (thrown: unknown) => ` (${toFlowerbedError(thrown).message})`,
      )
      say(
        targets().includes(target)
          ? `Its folder on ${target} could not be deleted now${reason}; that is done at the next connection.`
          : `Its folder on ${target} is deleted, too.`,
      )
    }
  } finally {
    await access.close()
  }
  return targets()
}
