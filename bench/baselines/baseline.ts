import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { FlowerbedError } from '#shared/errors.ts'
import {
  checkInterrupted,
  Interrupted,
  onInterrupt,
  wasInterrupted,
} from '../../src-main/cli/support/interrupt.ts'

/** As `Timing`; with the peak memory of its process where it reports that. */
const timingSchema = z.object({
  ms: z.number(),
  processorMs: z.number(),
  peakMemoryBytes: z.number().optional(),
})
export type BaselineTiming = z.infer<typeof timingSchema>

/** A process that has taken a few steps of the same network, and takes more when asked. */
export interface Baseline<About> {
  /** What it reported about itself first. */
  about: About
  time: (calls: number) => Promise<BaselineTiming>
  dispose: () => void
}

/**
 * Starts a program that writes a line about itself when it is warm, and then answers each number of steps, a line on its
 * stdin, by a line with their timing.
 * @throws FlowerbedError `unavailable` with the program's last error line when it ends before that
 */
export async function startBaseline<About>(options: {
  /** In messages. */
  name: string
  command: string
  args: string[]
  env?: NodeJS.ProcessEnv
  about: z.ZodType<About>
  /** What to do when it does not run. */
  hint: string
}): Promise<Baseline<About>> {
  const { name, command, args, env = process.env, about, hint } = options
  await checkInterrupted()
  const child = spawn(command, args, { env })
  const stopListening = onInterrupt(() => void child.kill())
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-2000)))
  const ended = new Promise<never>((_, reject) => {
    const fail = (end: string) => {
      stopListening()
      if (wasInterrupted()) {
        reject(new Interrupted())
        return
      }
      const reason = errors.trim().split('\n').at(-1) || end
      reject(new FlowerbedError('unavailable', `${name} did not run: ${reason}`, { where: command, hint }))
    }
    child.once('error', ({ message }) => {
      fail(message)
    })
    child.once('close', (code, signal) => {
      fail(`it ended with ${signal ?? `code ${code}`}`)
    })
  })
  ended.catch(() => undefined)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<unknown> => {
    const result = await Promise.race([lines.next(), ended])
    // The stream ends a moment before the process does.
    return JSON.parse(result.done ? await ended : result.value)
  }
  return {
    about: about.parse(await next()),
    time: async (calls) => {
      child.stdin.write(`${calls}\n`)
      return timingSchema.parse(await next())
    },
    dispose: () => void child.kill(),
  }
}
