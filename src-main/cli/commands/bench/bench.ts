import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { checkInterrupted, onInterrupt } from '../../support/interrupt.ts'

/**
 * `flowerbed bench …`, the former name of `npm run bench -- …`: starts it with the same arguments and answers its exit code.
 * @throws FlowerbedError `unavailable` in a built app, which has no benchmarks
 */
export async function runBench(args: string[]): Promise<number> {
  const main = resolve(import.meta.dirname, '../../../../bench/main.ts')
  if (!import.meta.filename.endsWith('.ts') || !existsSync(main)) {
    throw new FlowerbedError('unavailable', errorText('cli.benchNeedsCheckout'))
  }
  await checkInterrupted()
  const child = spawn(process.execPath, [...process.execArgv, main, ...args], { stdio: 'inherit' })
  const interrupt = () => void child.kill('SIGINT')
  const stopListening = onInterrupt(interrupt)
  // A second Ctrl+C ends this process at once, and the child with it.
  process.once('exit', interrupt)
  return await new Promise((resolveCode, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      stopListening()
      process.removeListener('exit', interrupt)
      resolveCode(code ?? 1)
    })
  })
}
