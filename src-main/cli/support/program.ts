import { Command, CommanderError } from 'commander'
import { toFlowerbedError } from '#shared/errors.ts'
import type { FlowerbedError } from '#shared/errors.ts'
import { Interrupted, listenForInterrupts, wasInterrupted } from './interrupt.ts'
import { say } from './output.ts'
import { flushStreams, guardStreams, stdoutError, write } from './streams.ts'

export const exitCodesHelp = `
Exit codes:
  0    done
  1    failed, or ended at once by a second Ctrl+C
  2    bad usage or input
  130  interrupted (Ctrl+C, TERM, HUP) with everything saved`

const interruptedCode = 130
/** As shells number the end of a program whose reader has closed its pipe: 128 and SIGPIPE. */
const brokenPipeCode = 141

/** A command that writes through our guarded streams; commands added to it inherit this. */
export function createProgram(name: string): Command {
  return new Command(name).configureOutput({
    writeOut: (text) => {
      write(process.stdout, text)
    },
    writeErr: (text) => {
      write(process.stderr, text)
    },
  })
}

/** Parses the arguments, runs the command that they name, and answers the exit code. */
export async function runProgram(program: Command, argv: string[]): Promise<number> {
  // Commander hands `exitOverride` down only to commands made after it was set.
  for (const command of [program, ...program.commands.flatMap((one) => [one, ...one.commands])])
    command.exitOverride()
  return await exitCodeOf(async () => {
    await program.parseAsync(argv, { from: 'user' })
    return 0
  })
}

/** Runs a command, reports its error on stderr, and answers the exit code. */
export async function exitCodeOf(run: () => Promise<number>): Promise<number> {
  try {
    const code = await run()
    return wasInterrupted() ? interruptedCode : code
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2
    const error = toFlowerbedError(thrown)
    return endedByInterrupt(thrown, error) ? interruptedCode : report(error)
  }
}

/** Runs `main` as this process's only job: guards its streams, listens for Ctrl+C, and exits with the code. */
export async function runProcess(main: () => Promise<number>): Promise<never> {
  guardStreams()
  listenForInterrupts()
  process.exitCode = await afterFlush(await main())
  // A forgotten timer must not keep a finished command alive.
  process.exit()
}

/** An error that Ctrl+C caused: a child process may have ended by the same Ctrl+C. */
function endedByInterrupt(thrown: unknown, { kind }: FlowerbedError): boolean {
  return thrown instanceof Interrupted || (wasInterrupted() && (kind === 'cancelled' || kind === 'crashed'))
}

/** Writes an error to stderr and answers its exit code. */
function report(error: FlowerbedError): number {
  const where = error.where === undefined || error.message.includes(error.where) ? '' : ` (${error.where})`
  say(`flowerbed: ${error.message}${where}${error.hint ? ` ${error.hint}` : ''}`)
  if (error.kind === 'internal') say(String((error.cause as Error | undefined)?.stack ?? error.stack))
  return error.kind === 'bad-input' || error.kind === 'not-found' ? 2 : 1
}

/** The exit code once all output is written; another one when the result could not be written to stdout. */
async function afterFlush(code: number): Promise<number> {
  await flushStreams()
  const error = stdoutError()
  if (error === null || code !== 0) return code
  if (error.code === 'EPIPE') return brokenPipeCode
  say(`flowerbed: The result could not be written to stdout (${error.code ?? error.message}).`)
  await flushStreams()
  return 1
}
