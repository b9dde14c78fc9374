import { join } from 'node:path'
import type { EngineEvent } from '#shared/engine-messages.ts'
import { toFlowerbedError } from '#shared/errors.ts'
import { diagnosticsFile, diagnosticsFolder } from '#shared/schemas/diagnostics.ts'
import { snapshotsName } from '../files/average-snapshots.ts'
import { descriptionOf } from '../files/checkpoint-names.ts'
import { createLogger } from '../log.ts'
import { largeBytes } from './fetch-many.ts'
import type { RemoteHost } from './remote-host.ts'

const log = createLogger('remote')

/** A file of a run, by its path in the run's folder, with slashes. */
interface RunFile {
  path: string
  sha256?: string
}

/** A name that leads into no other folder. */
const isPlain = (path: string) =>
  path.split('/').every((name) => /^[^\\/:\n]+$/.test(name) && !/^\.+$/.test(name))

/** The files that an event names, in the order in which they are to appear. */
export function filesOf(event: EngineEvent): RunFile[] {
  if (event.type === 'sample') return [{ path: `samples/${event.record.file}` }]
  if (event.type === 'checkpoint' || event.type === 'snapshot') {
    const { file, sha256 } = event.record
    const folder = event.type === 'checkpoint' ? 'checkpoints' : snapshotsName
    // The description last: arrays without one are never taken for whole.
    return [{ path: `${folder}/${file}`, sha256 }, { path: `${folder}/${descriptionOf(file)}` }]
  }
  if (event.type !== 'diagnostics') return []
  const { step, posterior, prior } = event.diagnostics
  const maps = [posterior?.klMap, prior?.meanMap, prior?.stdMap].flatMap((map) => (map ? [map.file] : []))
  return [...maps, diagnosticsFile(step)].map((file) => ({ path: `${diagnosticsFolder}/${file}` }))
}

/** Whether the files of an event go in one stream with those of others. */
export const areSmall = (event: EngineEvent): boolean =>
  (event.type !== 'checkpoint' && event.type !== 'snapshot') || event.record.bytes <= largeBytes

/**
 * Copies the files of events from a run's folder there to the one here: small ones in one stream, large ones each from where
 * an earlier transfer ended.
 * @returns for each event whether its files are here; false where they are gone there, or others meanwhile: later events
 * stand for them
 * @throws FlowerbedError `unavailable`, `no-space`
 */
export async function fetchFiles(
  events: readonly EngineEvent[],
  options: { host: RemoteHost; from: string; to: string; signal: AbortSignal },
): Promise<boolean[]> {
  const { host, from, to, signal } = options
  const wanted = events.map((event) => ({ event, files: filesOf(event), isHere: true }))
  type Wanted = (typeof wanted)[number]
  const leaveOut = (one: Wanted, path: string, reason: string) => {
    one.isHere = false
    log.warn(`${path} on ${host.name} is left out: ${reason}`)
  }
  const fetchLarge = async (one: Wanted, { path, sha256 }: RunFile) => {
    try {
      await host.fetch(`${from}/${path}`, join(to, ...path.split('/')), {
        signal,
        ...(sha256 === undefined ? {} : { sha256 }),
      })
    } catch (thrown) {
      const { kind, message } = toFlowerbedError(thrown)
      if (kind !== 'not-found' && kind !== 'corrupt') throw thrown
      leaveOut(one, path, message)
    }
  }
  for (const one of wanted) {
    if (!one.files.every(({ path }) => isPlain(path))) one.isHere = false
    // The arrays of a checkpoint or snapshot, before the description.
    const arrays = one.isHere && !areSmall(one.event) ? one.files.shift() : undefined
    if (arrays) await fetchLarge(one, arrays)
  }
  const many = wanted.flatMap((one) => (one.isHere ? one.files.map((file) => ({ one, file })) : []))
  const fetched = await host.fetchMany(
    from,
    many.map(({ file }) => ({ ...file, to: join(to, ...file.path.split('/')) })),
    { signal },
  )
  for (const [i, { one, file }] of many.entries()) {
    const answer = fetched[i] ?? { state: 'absent' }
    if (answer.state === 'large') await fetchLarge(one, { path: file.path, sha256: answer.sha256 })
    else if (answer.state !== 'here') leaveOut(one, file.path, answer.state)
  }
  return wanted.map(({ isHere }) => isHere)
}
