import { flowerbedVersion } from '../version.ts'
import { addAttach } from './commands/attach/attach.ts'
import { addAverage } from './commands/average/average.ts'
import { runBench } from './commands/bench/bench.ts'
import { addCompare } from './commands/compare/compare.ts'
import { addDemo } from './commands/demo/demo.ts'
import { addDoctor } from './commands/doctor/doctor.ts'
import { addEncode } from './commands/encode/encode.ts'
import { addEvaluate } from './commands/evaluate/evaluate.ts'
import { addExport } from './commands/export/export.ts'
import { addInterpolate } from './commands/interpolate/interpolate.ts'
import { addLadder } from './commands/ladder/ladder.ts'
import { addQueue } from './commands/queue/queue.ts'
import { addReport } from './commands/report/report.ts'
import { addRuns } from './commands/runs/runs.ts'
import { addSample } from './commands/sample/sample.ts'
import { addStudy } from './commands/study/study.ts'
import { addTarget } from './commands/target/target.ts'
import { addTrain } from './commands/train/train.ts'
import { createProgram, exitCodeOf, exitCodesHelp, runProgram } from './support/program.ts'

/** Runs the command that arguments name, and answers its exit code. */
export async function flowerbed(argv: string[]): Promise<number> {
  const [name, ...args] = argv
  // Not a command of the program: its options are those of another one.
  if (name === 'bench') return await exitCodeOf(() => runBench(args))
  const program = createProgram('flowerbed')
    .description('Train an image generator on a folder of images.')
    .version(flowerbedVersion)
    .addHelpText('after', exitCodesHelp)
  for (const add of [
    addTrain,
    addAttach,
    addSample,
    addEncode,
    addInterpolate,
    addLadder,
    addStudy,
    addRuns,
    addCompare,
    addReport,
    addQueue,
    addTarget,
    addEvaluate,
    addAverage,
    addExport,
    addDoctor,
    addDemo,
  ])
    add(program)
  return await runProgram(program, argv)
}
