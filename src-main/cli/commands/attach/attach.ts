import type { Command } from 'commander'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { dataDirOption, jsonOption } from '../../support/options.ts'
import { answer, say } from '../../support/output.ts'
import { followRun, withRemoteRuns } from '../../support/remote-runs.ts'
import { trainAnswer } from '../../support/train-run.ts'
import { withWorkspace } from '../../support/workspace.ts'
import type { Workspace } from '../../support/workspace.ts'

interface Options {
  all?: boolean
  dataDir?: string
  json?: boolean
}

export function addAttach(program: Command): void {
  program
    .command('attach')
    .description('follow a run that trains on a target; Ctrl+C ends only following')
    .argument('[run]', 'its id, the beginning of one, or latest')
    .option('--all', 'follow all of them')
    .addOption(dataDirOption())
    .addOption(jsonOption())
    .action(attach)
}

async function attach(
  query: string | undefined,
  { all = false, dataDir, json = false }: Options,
): Promise<void> {
  if ((query === undefined) !== all) throw new FlowerbedError('bad-input', errorText('remote.attachWhich'))
  await withWorkspace({ dataDir, writes: true }, async (workspace) => {
    const runs = runsToFollow(workspace, query)
    if (runs.length === 0) say('No run trains on a target.')
    const ended = await withRemoteRuns(workspace, async (remote) => {
      const followed = await Promise.all(
        runs.map(async (run) => {
          if (await remote.attach(run.id)) return run
          say(`“${run.name}” (${run.id}) is followed by another Flowerbed.`)
          return null
        }),
      )
      // One that fails keeps none of the others from being followed to its end.
      return await Promise.allSettled(followed.flatMap((run) => (run ? [followRun(remote, run, null)] : [])))
    })
    answer(json, {
      runs: ended.flatMap((one) => (one.status === 'fulfilled' ? [trainAnswer(one.value)] : [])),
    })
    const failed = ended.find((one) => one.status === 'rejected')
    if (failed) throw failed.reason as Error
  })
}

/** @throws FlowerbedError `bad-input` for a run that trains on no target */
function runsToFollow({ store, runService }: Workspace, query: string | undefined): RunRecord[] {
  if (query === undefined) return store.launches.open().map(({ runId }) => runService.find(runId))
  const run = runService.find(query)
  if (store.launches.isOpen(run.id)) return [run]
  throw new FlowerbedError('bad-input', errorText('remote.notThere', { run: run.name }), { where: run.id })
}
