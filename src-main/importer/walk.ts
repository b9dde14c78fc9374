import { readdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { ProblemFile } from '#contract/dataset.ts'
import { notAFile } from './prompt-disk.ts'
import { reasonOf } from './reasons.ts'
import { namedLikePicture } from './sniff.ts'

/** A file that may be a picture. `explicit`: dropped by itself, so its being none is worth telling. */
export interface FoundFile {
  path: string
  bytes: number
  explicit: boolean
  /** The dropped folder it was found in, or the folder of a dropped file. */
  root: string
}

export interface Walked {
  sources: string[]
  files: FoundFile[]
  problems: ProblemFile[]
}

const systemNames = new Set([
  'thumbs.db',
  'desktop.ini',
  '__macosx',
  '$recycle.bin',
  'system volume information',
])

/** Hidden or put there by a system: not the user's pictures. */
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
export async function walk(
  paths: string[],
  options: { onFile: (found: number) => void; signal: AbortSignal },
): Promise<Walked> {
  const sources = [...new Set(paths.map((path) => resolve(path)))]
  const walked: Walked = { sources, files: [], problems: [] }
  const seen = new Set<string>()

  async function visit(path: string, place: { explicit: boolean; root: string | null }): Promise<void> {
    options.signal.throwIfAborted()
    try {
      const [real, found] = [await realpath(path), await stat(path)]
      if (seen.has(real)) return
      seen.add(real)
      if (found.isDirectory()) {
        const names = (await readdir(path)).filter((name) => !isSystemName(name)).sort(naturalOrder)
        for (const name of names) {
          await visit(join(path, name), { explicit: false, root: place.root ?? path })
        }
      } else if (found.isFile()) {
        const root = place.root ?? dirname(path)
        walked.files.push({ path, bytes: found.size, explicit: place.explicit, root })
        options.onFile(walked.files.length)
      } else if (place.explicit || namedLikePicture(path)) {
        walked.problems.push({ path, reason: notAFile })
      }
    } catch (thrown) {
      if (options.signal.aborted) throw thrown
      walked.problems.push({ path, reason: reasonOf(thrown) })
    }
  }
  for (const source of sources) await visit(source, { explicit: true, root: null })
  return walked
}

/** A name for the pictures: the dropped folder's, or that of the dropped files' folder. */
export function nameFor(sources: string[], files: FoundFile[]): string {
  const roots = [...new Set(files.map((file) => file.root))]
  const first = roots[0] ?? sources[0] ?? ''
  const name = basename(first).trim() || 'Images'
  return roots.length > 1 ? `${name} and ${roots.length - 1} more` : name
}
