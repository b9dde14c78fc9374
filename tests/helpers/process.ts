import { spawn } from 'node:child_process'
import type { ChildProcess, StdioOptions } from 'node:child_process'
import { commandFile } from './command.ts'

/** A command of ours that a test talks to while it runs. */
export interface Started {
  child: ChildProcess
  /** All of stderr so far. */
  told: () => string
  /** Resolves once stderr holds it; @throws when the command ends before */
  says: (pattern: RegExp) => Promise<void>
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; out: string; err: string }>
}

/** Starts `flowerbed`, or another file, as a child process with these arguments. */
export function start(
  args: string[],
  options: { env?: NodeJS.ProcessEnv; stdio?: StdioOptions; detached?: boolean; file?: string } = {},
): Started {
  const { env = {}, stdio = ['ignore', 'pipe', 'pipe'], detached = false, file = commandFile } = options
  const child = spawn(process.execPath, [file, ...args], {
    stdio,
    detached,
    env: { ...process.env, ...env },
  })
  let out = ''
  let err = ''
  const waiting = new Set<() => void>()
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => {
    err += chunk.toString()
    for (const look of waiting) look()
  })
  const ended: Started['ended'] = new Promise((done) => {
    child.on('close', (code, signal) => done({ code, signal, out, err }))
  })
  return {
    child,
    told: () => err,
    ended,
    says: (pattern) =>
      new Promise((done, fail) => {
        const look = () => {
          if (!pattern.test(err)) return
          waiting.delete(look)
          done()
        }
        waiting.add(look)
        void ended.then(() => {
          look()
          fail(new Error(`It ended without saying ${pattern}: ${err}`))
        })
        look()
      }),
  }
}

/** Runs a line of the shell, in which `$FLOWERBED` is the command. */
export function shell(line: string): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((done) => {
    const child = spawn('bash', ['-c', line], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, FLOWERBED: `"${process.execPath}" "${commandFile}"` },
    })
    let out = ''
    let err = ''
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
    child.on('close', (code) => done({ code, out, err }))
  })
}
