import { readdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { desktopText } from '#shared/desktop-text.ts'
import type { ProblemFile } from '#shared/schemas/dataset.ts'
import { notAFile } from './adaptive-read.ts'
import type { FileName } from './adaptive-read.ts'
import { reasonOf } from './reasons.ts'
import { namedLikeImage } from './sniff.ts'

/** A file that may be an image. `explicit`: dropped by itself, so that it is reported if it is not an image. */
export interface FoundFile {
  /** For display and JSON. */
  path: string
  /** The bytes of the path where they are not valid UTF-8, so that `path` does not exist. */
  rawPath?: Buffer
  bytes: number
  /** Ms since 1970. */
  modified: number
  explicit: boolean
  /** The dropped folder it was found in, or the folder of a dropped file. */
  root: string
}

export interface Listed {
  sources: string[]
  files: FoundFile[]
  problems: ProblemFile[]
}

/** The path to open a found file by. */
export const openPathOf = (file: Pick<FoundFile, 'path' | 'rawPath'>): FileName => file.rawPath ?? file.path

const systemNames = new Set([
  'thumbs.db',
  'desktop.ini',
  '__macosx',
  '$recycle.bin',
  'system volume information',
])

/** Hidden files and those that an operating system creates: not the user's images. */
export function isSystemName(name: string): boolean {
  return name.startsWith('.') || systemNames.has(name.toLowerCase())
}

const natural = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })

/** `2.png` before `10.png`; names that differ only in case or accents by code unit, so that the order is total. */
export function naturalOrder(a: string, b: string): number {
  return natural.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0)
}

/**
 * Every file under the dropped paths, in natural order, each once; links are followed, and
 * no folder is entered twice.
 */
export async function listFiles(
  paths: string[],
  options: { onFile: (found: number) => void; signal: AbortSignal },
): Promise<Listed> {
  const sources = [...new Set(paths.map((path) => resolve(path)))]
  const listed: Listed = { sources, files: [], problems: [] }
  const seen = new Set<string>()

  async function visit(found: FolderEntry, from: { explicit: boolean; root: string | null }): Promise<void> {
    options.signal.throwIfAborted()
    const { path } = found
    try {
      const [real, stats] = [await realpath(openPathOf(found), 'buffer'), await stat(openPathOf(found))]
      const key = real.toString('latin1')
      if (seen.has(key)) return
      seen.add(key)
      if (stats.isDirectory()) {
        for (const inside of await entriesIn(found))
          await visit(inside, { explicit: false, root: from.root ?? path })
      } else if (stats.isFile()) {
        const root = from.root ?? dirname(path)
        const { size: bytes, mtimeMs } = stats
        listed.files.push({ ...found, bytes, modified: Math.round(mtimeMs), explicit: from.explicit, root })
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

type FolderEntry = Pick<FoundFile, 'path' | 'rawPath'>

/** The entries of a folder in natural order. Names are read as bytes, since on Linux they need not be UTF-8. */
async function entriesIn(folder: FolderEntry): Promise<FolderEntry[]> {
  const names = (await readdir(openPathOf(folder), 'buffer'))
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

/** A name for the dataset: that of the dropped folder, or of the dropped files' folder. */
export function nameFor(sources: string[], files: FoundFile[]): string {
  const roots = [...new Set(files.map((file) => file.root))]
  const first = roots[0] ?? sources[0] ?? ''
  const name =
    basename(first)
      .replace(/\.zip$/i, '')
      .trim() || desktopText('import.images')
  return roots.length > 1 ? desktopText('import.andMore', { name, more: roots.length - 1 }) : name
}
