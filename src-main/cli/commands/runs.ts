import type { Command } from 'commander'
import { goalSteps } from '#contract/goal.ts'
import { dataDirOption, jsonOption } from '../options.ts'
import { answer, duration, say } from '../output.ts'
import { withWorkspace } from '../workspace.ts'

export function addRuns(program: Command): void {
  program
    .command('runs')
    .description('list all runs, newest first')
    .addOption(dataDirOption())
    .addOption(jsonOption())
    .action(async (options: { dataDir?: string; json?: boolean }) => {
      await withWorkspace({ dataDir: options.dataDir }, ({ store }) => {
        const runs = store.runs.list()
        if (runs.length === 0) say('There are no runs yet. Make one with: flowerbed train FOLDER')
        for (const run of runs) {
          const { id, name, status, step, trainedSeconds, losses } = run
          const loss = losses['loss'] === undefined ? '' : `loss ${losses['loss'].toPrecision(4)}`
          say(
            `${id}  ${name.padEnd(24)} ${status.padEnd(11)} ${step}/${goalSteps(run)} steps  ${duration(trainedSeconds).padEnd(10)} ${loss}`,
          )
        }
        answer(options.json ?? false, { runs })
        return Promise.resolve()
      })
    })
}
