import { readdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'
import type { ProblemFile } from '#shared/schemas/dataset.ts'
import { notAFile } from './adaptive-read.ts'
import type { FileName } from './adaptive-read.ts'
import { reasonOf } from './reasons.ts'
import { namedLikeImage } from './sniff.ts'

/** A file that may be an image. `explicit`: dropped by itself, so its being none is worth telling. */
export interface FoundFile {
  /** As people and JSON are shown it. */
  path: string
  /** As the disk has it, where that is not valid UTF-8 and `path` leads nowhere. */
  rawPath?: Buffer
  bytes: number
  explicit: boolean
  /** The dropped folder it was found in, or the folder of a dropped file. */
  root: string
}

export interface Listed {
  sources: string[]
  files: FoundFile[]
  problems: ProblemFile[]
}

/** What a found file is opened by. */
export const openedBy = (file: Pick<FoundFile, 'path' | 'rawPath'>): FileName => file.rawPath ?? file.path

const systemNames = new Set([
  'thumbs.db',
  'desktop.ini',
  '__macosx',
  '$recycle.bin',
  'system volume information',
])

/** Hidden or put there by a system: not the user's images. */
export function isSystemName(name: string): boolean {
  return name.startsWith('.') || systemNames.has(name.toLowerCase())
}

const natural = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })

/** `2.png` before `10.png`; equal but for case or accents: by code unit, so that the order is total. */
export function naturalOrder(a: string, b: string): number {
  return natural.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0)
}

/**
 * Every file under the dropped paths, in natural order, each once; links are followed, folders that lead back to
 * themselves are not entered twice.
 */
export async function listFiles(
  paths: string[],
  options: { onFile: (found: number) => void; signal: AbortSignal },
): Promise<Listed> {
  const sources = [...new Set(paths.map((path) => resolve(path)))]
  const listed: Listed = { sources, files: [], problems: [] }
  const seen = new Set<string>()

  async function visit(found: Place, from: { explicit: boolean; root: string | null }): Promise<void> {
    options.signal.throwIfAborted()
    const { path } = found
    try {
      const [real, stats] = [await realpath(openedBy(found), 'buffer'), await stat(openedBy(found))]
      const key = real.toString('latin1')
      if (seen.has(key)) return
      seen.add(key)
      if (stats.isDirectory()) {
        for (const inside of await placesIn(found))
          await visit(inside, { explicit: false, root: from.root ?? path })
      } else if (stats.isFile()) {
        const root = from.root ?? dirname(path)
        listed.files.push({ ...found, bytes: stats.size, explicit: from.explicit, root })
        options.onFile(listed.files.length)
      } else if (from.explicit || namedLikeImage(path)) {
        listed.problems.push({ path, reason: notAFile })
      }
    } catch (thrown) {
      if (options.signal.aborted) throw thrown
      listed.problems.push({ path, reason: reasonOf(thrown) })
    }
  }
  for (const source of sources) await visit({ path: source }, { explicit: true, root: null })
  return listed
}

type Place = Pick<FoundFile, 'path' | 'rawPath'>

/** What is in a folder, in natural order. Names are read as bytes, since on Linux they need not be UTF-8. */
async function placesIn(folder: Place): Promise<Place[]> {
  const names = (await readdir(openedBy(folder), 'buffer'))
    .map((raw) => ({ raw, name: raw.toString('utf8') }))
    .filter(({ name }) => !isSystemName(name))
    .sort((a, b) => naturalOrder(a.name, b.name) || Buffer.compare(a.raw, b.raw))
  return names.map(({ raw, name }) => {
    const path = join(folder.path, name)
    if (folder.rawPath === undefined && Buffer.from(name).equals(raw)) return { path }
    const parent = folder.rawPath ?? Buffer.from(folder.path)
    return { path, rawPath: Buffer.concat([parent, Buffer.from(sep), raw]) }
  })
}

/** A name for the images: the dropped folder's, or that of the dropped files' folder. */
export function nameFor(sources: string[], files: FoundFile[]): string {
  const roots = [...new Set(files.map((file) => file.root))]
  const first = roots[0] ?? sources[0] ?? ''
  const name = basename(first).trim() || 'Images'
  return roots.length > 1 ? `${name} and ${roots.length - 1} more` : name
}
