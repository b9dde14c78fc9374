import { once } from 'node:events'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError, serializeError } from '#shared/errors.ts'
import { languageOf, languageVariable, setLanguage } from '#shared/language.ts'
import { thisProcess } from '../files/process-identity.ts'
import { EndSignals } from './end-signals.ts'
import { runFolderOf } from './run-folder.ts'

/**
 * The program that runs on a target: `node main.ts --folder FOLDER COMMAND [RUN] [options]`; see `#shared/remote/protocol.ts`.
 * Each command loads what it needs alone, so that the short ones are quick.
 */
const options = {
  folder: { type: 'string' },
  offset: { type: 'string', default: '0' },
  keep: { type: 'string', default: '3' },
  variant: { type: 'string' },
} as const

/** Writes a line of JSON; resolves when the reader can take another. */
async function say(line: unknown): Promise<void> {
  if (!process.stdout.write(`${JSON.stringify(line)}\n`)) await once(process.stdout, 'drain')
}

async function main(argv: string[]): Promise<void> {
  setLanguage(languageOf(process.env[languageVariable] ?? 'en'))
  const { values, positionals } = parse(argv)
  const folder = folderOf(values.folder)
  // TensorFlow is in `runtime` of the folder, whatever a shell there has set.
  process.env['FLOWERBED_CACHE_DIR'] = folder
  const [command = '', runId = ''] = positionals
  const run = () => runFolderOf(folder, runId)
  const commands: Partial<Record<string, () => Promise<unknown>>> = {
    launch: async () => (await import('./launch.ts')).launch(folder, await input()),
    status: async () => (await import('./status.ts')).runStatus(run()),
    control: async () => (await import('./control.ts')).control(run(), await input()),
    remove: async () => (await import('./control.ts')).removeRun(run()),
    datasets: async () => (await import('./datasets.ts')).listDatasets(folder),
    doctor: async () => (await import('./doctor.ts')).examineTarget(folder),
    prune: async () => {
      const { pruneCheckpoints } = await import('./checkpoints.ts')
      return { deleted: await pruneCheckpoints(run(), count(values.keep)) }
    },
    follow: async () => (await import('./follow.ts')).follow(run(), { offset: count(values.offset), say }),
    run: async () => {
      const signals = new EndSignals()
      // Told before anything is done: who starts this process waits for it.
      const hasLauncher = process.send?.(thisProcess()) !== undefined
      await (await import('./train.ts')).trainLaunch(run(), { signals, hasLauncher })
    },
    worker: async () => await (await import('./worker.ts')).workForAnother(),
    'install-runtime': async () => {
      const variant = z.enum(['cpu', 'cuda']).optional().parse(values.variant)
      const { installRuntimeHere } = await import('./install-runtime.ts')
      await installRuntimeHere({ variant, say: (line) => void say(line) })
    },
  }
  const execute = Object.hasOwn(commands, command) ? commands[command] : undefined
  if (!execute) throw new FlowerbedError('bad-input', errorText('agent.usage', { command }))
  const answer = await execute()
  if (answer !== undefined) await say(answer)
}

function parse(argv: string[]) {
  try {
    return parseArgs({ args: argv, options, allowPositionals: true })
  } catch (cause) {
    throw new FlowerbedError('bad-input', errorText('agent.usage', { command: argv.join(' ') }), { cause })
  }
}

/** @throws FlowerbedError `bad-input` without a folder */
function folderOf(given: string | undefined): string {
  if (!given) throw new FlowerbedError('bad-input', errorText('agent.folderMissing'))
  return given.startsWith('~/') ? join(homedir(), given.slice(2)) : resolve(given)
}

const count = (value: string): number => z.coerce.number().int().nonnegative().parse(value)

/** Standard input as JSON. @throws FlowerbedError `bad-input` */
async function input(): Promise<unknown> {
  try {
    return JSON.parse(await text(process.stdin)) as unknown
  } catch (cause) {
    throw new FlowerbedError('bad-input', errorText('agent.inputUnreadable'), { cause })
  }
}

// A reader that has gone, or a log on a full disk, must not end training.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', () => {
    if (process.argv.includes('follow')) process.exit(1)
  })
}
try {
  await main(process.argv.slice(2))
} catch (thrown) {
  process.exitCode = 1
  await say({ error: serializeError(thrown) })
}
// Once all is said: what was left behind must not keep a finished command alive.
process.stdout.write('', () => process.exit())
