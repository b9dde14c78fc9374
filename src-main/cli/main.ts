#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { toFlowerbedError } from '#shared/errors.ts'
import type { FlowerbedError } from '#shared/errors.ts'
import { flowerbedVersion } from '../version.ts'
import { addBench } from '../../bench/commands/bench.ts'
import { addDemo } from './commands/demo/demo.ts'
import { addDoctor } from './commands/doctor/doctor.ts'
import { addEncode } from './commands/encode/encode.ts'
import { addExport } from './commands/export/export.ts'
import { addInterpolate } from './commands/interpolate/interpolate.ts'
import { addLadder } from './commands/ladder/ladder.ts'
import { addRuns } from './commands/runs/runs.ts'
import { addSample } from './commands/sample/sample.ts'
import { addTrain } from './commands/train/train.ts'
import { Interrupted, listenForInterrupts, wasInterrupted } from './support/interrupt.ts'
import { say } from './support/output.ts'
import { flushStreams, guardStreams, stdoutError, write } from './support/streams.ts'

const exitCodes = `
Exit codes:
  0    done
  1    failed, or ended at once by a second Ctrl+C
  2    bad usage or input
  130  interrupted (Ctrl+C, TERM, HUP) with everything saved`

const interrupted = 130
/** As shells number the end of a program whose reader has gone: 128 and SIGPIPE. */
const readerGone = 141

/** Exit codes: 0 done, 1 failed, 2 bad usage or input, 130 interrupted with what was done saved. */
export async function main(argv: string[]): Promise<number> {
  const program = new Command('flowerbed')
    .description('Grow an image generator from a folder of images.')
    .version(flowerbedVersion)
    .configureOutput({
      writeOut: (text) => {
        write(process.stdout, text)
      },
      writeErr: (text) => {
        write(process.stderr, text)
      },
    })
    .addHelpText('after', exitCodes)
  for (const add of [
    addTrain,
    addSample,
    addEncode,
    addInterpolate,
    addLadder,
    addRuns,
    addExport,
    addDoctor,
    addDemo,
    addBench,
  ])
    add(program)
  // Commander hands its settings down only to commands made after they were set.
  for (const command of [program, ...program.commands.flatMap((one) => [one, ...one.commands])])
    command.exitOverride()
  try {
    await program.parseAsync(argv, { from: 'user' })
    return wasInterrupted() ? interrupted : 0
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2
    const error = toFlowerbedError(thrown)
    return endedByInterrupt(thrown, error) ? interrupted : tell(error)
  }
}

/** What was cancelled by Ctrl+C says so, and a process beside this one may have ended by the same Ctrl+C. */
function endedByInterrupt(thrown: unknown, { kind }: FlowerbedError): boolean {
  return thrown instanceof Interrupted || (wasInterrupted() && (kind === 'cancelled' || kind === 'crashed'))
}

function tell(error: FlowerbedError): number {
  const where = error.where === undefined || error.message.includes(error.where) ? '' : ` (${error.where})`
  say(`flowerbed: ${error.message}${where}${error.hint ? ` ${error.hint}` : ''}`)
  if (error.kind === 'internal') say(String((error.cause as Error | undefined)?.stack ?? error.stack))
  return error.kind === 'bad-input' || error.kind === 'not-found' ? 2 : 1
}

/** The code of a command whose answer may not have arrived. */
async function afterFlush(code: number): Promise<number> {
  await flushStreams()
  const error = stdoutError()
  if (error === null || code !== 0) return code
  if (error.code === 'EPIPE') return readerGone
  say(`flowerbed: The answer could not be written to stdout (${error.code ?? error.message}).`)
  await flushStreams()
  return 1
}

guardStreams()
listenForInterrupts()
process.exitCode = await afterFlush(await main(process.argv.slice(2)))
// Nothing may keep a finished command alive: TensorFlow's threads do not, but a forgotten timer would.
process.exit()
