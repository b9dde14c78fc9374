import { spawn } from 'node:child_process'
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
        const last = out.trim().split('\n').at(-1) ?? ''
        done({
          code,
          out,
          err,
          json: last.startsWith('{') ? (JSON.parse(last) as Record<string, unknown>) : {},
        })
      })
    })
}
