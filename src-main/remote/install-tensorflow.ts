import { basename, join } from 'node:path'
import { z } from 'zod'
import { toFlowerbedError } from '#shared/errors.ts'
import { createLogger } from '../log.ts'
import { installedRuntimes, readRuntimeFile } from '../tensorflow/installed.ts'
import { platformName } from '../tensorflow/layout.ts'
import type { InstalledProgram, InstallOptions, InstallSource } from './install-options.ts'
import { quoted } from './remote-host.ts'

const log = createLogger('remote')

/** Long enough for a mirror that is slow to answer. */
const silenceMs = 5 * 60_000

const lineSchema = z.object({
  progress: z.object({ phase: z.string(), receivedBytes: z.number(), totalBytes: z.number() }),
})

/**
 * Installs TensorFlow on a target: through its network, else this machine's own where the platform is the same. A transfer
 * that was cut off goes on.
 * @throws FlowerbedError `unavailable` where neither works, `no-space`
 */
export async function installTensorFlow(
  program: InstalledProgram,
  options: InstallOptions = {},
): Promise<InstallSource> {
  const { host, folder, command } = program
  const { signal, onProgress } = options
  const run = signal ? { signal } : {}
  const found = await host.run(`cd ${quoted(folder)} && ls runtime/*/runtime.json 2>/dev/null || :`, run)
  if (found.trim() !== '') return 'there'
  try {
    await host.lines(`${command} install-runtime`, {
      ...{ ...run, timeoutMs: silenceMs },
      onLine: (line) => {
        const { data } = lineSchema.safeParse(parsed(line))
        if (data)
          onProgress?.({
            part: 'tensorflow',
            done: data.progress.receivedBytes,
            total: data.progress.totalBytes,
          })
      },
    })
    return 'network'
  } catch (thrown) {
    const error = toFlowerbedError(thrown)
    const runtime = error.kind === 'unavailable' ? await runtimeHere(program, options) : null
    if (runtime === null) throw error
    log.info(`${host.name} could not download TensorFlow itself`, error)
    await copyRuntime(program, runtime, options)
    return 'here'
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

/** The folder of the runtime here that a target can use; null without one. */
async function runtimeHere(
  { host, platform }: InstalledProgram,
  { env = process.env }: InstallOptions,
): Promise<string | null> {
  if (platform !== platformName) return null
  const copied = installedRuntimes(env).filter(({ source }) => source === 'wheel')
  const gpus = await host.run('command -v nvidia-smi >/dev/null && nvidia-smi -L || :')
  const wanted = gpus.includes('GPU') ? 'cuda' : 'cpu'
  return (copied.find(({ variant }) => variant === wanted) ?? copied[0])?.directory ?? null
}

async function copyRuntime(
  { host, folder }: InstalledProgram,
  directory: string,
  { signal, onProgress }: InstallOptions,
): Promise<void> {
  const file = readRuntimeFile(directory)
  if (!file) return
  const run = signal ? { signal } : {}
  const name = basename(directory)
  const there = `${folder}/runtime/.copy-${name}`
  let before = 0
  for (const { path, bytes, sha256 } of file.files) {
    const onSent = ({ done }: { done: number }) =>
      onProgress?.({ part: 'tensorflow', done: before + done, total: file.bytes })
    await host.send(join(directory, path), `${there}/${path}`, { ...run, sha256, onProgress: onSent })
    before += bytes
  }
  // Last: a folder that has it is complete.
  await host.send(join(directory, 'runtime.json'), `${there}/runtime.json`, run)
  const to = quoted(`${folder}/runtime/${name}`)
  await host.run(`rm -rf ${to} && mv ${quoted(there)} ${to}`, run)
}
