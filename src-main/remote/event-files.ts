import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { EngineEvent } from '#shared/engine-messages.ts'
import { toFlowerbedError } from '#shared/errors.ts'
import { diagnosticsFile, diagnosticsFolder } from '#shared/schemas/diagnostics.ts'
import { descriptionOf } from '../files/checkpoint-names.ts'
import { createLogger } from '../log.ts'
import type { RemoteHost } from './remote-host.ts'

const log = createLogger('remote')

/** A file of a run, by its path in the run's folder, with slashes. */
interface RunFile {
  path: string
  sha256?: string
}

/** A name that leads into no other folder. */
const isPlain = (path: string) =>
  path.split('/').every((name) => /^[^\\/:]+$/.test(name) && !/^\.+$/.test(name))

/** The files that an event names, in the order in which they are to appear. */
export function filesOf(event: EngineEvent): RunFile[] {
  if (event.type === 'sample') return [{ path: `samples/${event.record.file}` }]
  if (event.type === 'checkpoint') {
    const { file, sha256 } = event.record
    // The description last: arrays without one are never taken for a checkpoint.
    return [{ path: `checkpoints/${file}`, sha256 }, { path: `checkpoints/${descriptionOf(file)}` }]
  }
  if (event.type !== 'diagnostics') return []
  const { step, posterior, prior } = event.diagnostics
  const maps = [posterior?.klMap, prior?.meanMap, prior?.stdMap].flatMap((map) => (map ? [map.file] : []))
  return [...maps, diagnosticsFile(step)].map((file) => ({ path: `${diagnosticsFolder}/${file}` }))
}

/**
 * Copies the files of an event from a run's folder there to the one here.
 * @returns false where they are gone there, or others meanwhile: later events stand for them
 * @throws FlowerbedError `unavailable`, `no-space`
 */
export async function fetchFiles(
  event: EngineEvent,
  options: { host: RemoteHost; from: string; to: string; signal: AbortSignal },
): Promise<boolean> {
  const { host, from, to, signal } = options
  const files = filesOf(event)
  if (!files.every(({ path }) => isPlain(path))) return false
  for (const { path, sha256 } of files) {
    const target = join(to, ...path.split('/'))
    await mkdir(dirname(target), { recursive: true })
    try {
      await host.fetch(`${from}/${path}`, target, { signal, ...(sha256 === undefined ? {} : { sha256 }) })
    } catch (thrown) {
      const { kind, message } = toFlowerbedError(thrown)
      if (kind !== 'not-found' && kind !== 'corrupt') throw thrown
      log.warn(`${path} on ${host.name} is left out: ${message}`)
      return false
    }
  }
  return true
}
