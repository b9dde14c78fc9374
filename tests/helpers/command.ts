import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'

export const commandFile = resolve(import.meta.dirname, '../../src-main/cli/main.ts')
export const benchFile = resolve(import.meta.dirname, '../../bench/main.ts')

export interface Outcome {
  code: number | null
  out: string
  err: string
  json: Record<string, unknown>
}

/** The command as people start it, a process of its own, on one data folder; interrupted once it has told enough. */
export function command(
  data: string,
  env: NodeJS.ProcessEnv = {},
): (args: string[], enough?: (told: string) => boolean) => Promise<Outcome> {
  return (args, enough) =>
    new Promise((done) => {
      const child = spawn(process.execPath, [commandFile, ...args, '--data-dir', data], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, ...env },
      })
      let out = ''
      let err = ''
      let interrupted = false
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
      child.stderr.on('data', (chunk: Buffer) => {
        err += chunk.toString()
        // Once: a second Ctrl+C means at once, without saving.
        if (!interrupted && enough?.(err)) interrupted = child.kill('SIGINT')
      })
      child.on('close', (code) => {
        done(outcomeOf({ code, out, err }))
      })
    })
}

const outcomeOf = (ended: Omit<Outcome, 'json'>): Outcome => {
  const last = ended.out.trim().split('\n').at(-1) ?? ''
  return { ...ended, json: last.startsWith('{') ? (JSON.parse(last) as Record<string, unknown>) : {} }
}

/**
 * As `command`, but all in one process, which loads modules and TensorFlow once: where not the process is tested, but what the
 * command does. One at a time; `end` is to be called at the end.
 */
export function commandsInOneProcess(
  data: string,
  env: NodeJS.ProcessEnv = {},
): { run: (args: string[]) => Promise<Outcome>; end: () => Promise<void> } {
  const child = fork(resolve(import.meta.dirname, '../fixtures/many-commands.ts'), {
    // To pipes a command writes through its streams, to files it does not.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...env },
  })
  child.stderr?.pipe(process.stderr)
  const exit = once(child, 'exit')
  const ended = exit.then(([code, signal]) => {
    throw new Error(`The process of the commands ended (${String(code ?? signal)}).`)
  })
  // Those who wait for a command catch it.
  ended.catch(() => undefined)
  const answer = (args: string[]) =>
    new Promise<Outcome>((done) => {
      child.once('message', (answered) => done(outcomeOf(answered as Omit<Outcome, 'json'>)))
      child.send([...args, '--data-dir', data])
    })
  const end = async () => {
    child.kill()
    await exit
  }
  return { run: (args) => Promise.race([answer(args), ended]), end }
}
