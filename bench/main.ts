import { createProgram, exitCodesHelp, runProcess, runProgram } from '../src-main/cli/support/program.ts'
import { addImport } from './commands/import.ts'
import { addMemory } from './commands/memory.ts'
import { addSample } from './commands/sample.ts'
import { addStep } from './commands/step.ts'
import { addUi } from './commands/ui.ts'

/** The benchmarks of this checkout: `npm run bench -- step | sample | import | memory | ui`. */
const program = createProgram('bench')
  .description('Time this machine, alone or against a baseline.')
  .addHelpText('after', exitCodesHelp)
for (const add of [addStep, addSample, addImport, addMemory, addUi]) add(program)

await runProcess(() => runProgram(program, process.argv.slice(2)))
