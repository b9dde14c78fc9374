import { basename, relative, sep } from 'node:path'
import { naturalOrder } from './list-files.ts'
import type { FoundFile } from './list-files.ts'

export interface Labelled {
  labels: string[]
  /** Per file: position in `labels`, −1 without one. */
  labelOf: number[]
}

/**
 * Labels from folder names. Of several dropped folders, their own names; of one, the names of the subfolders where it
 * first branches, so that `archive/images/{cat,dog}` gives cat and dog.
 */
export function labelsOf(files: Pick<FoundFile, 'path' | 'root'>[]): Labelled {
  const roots = new Set(files.map((file) => file.root))
  const names = roots.size > 1 ? files.map((file) => basename(file.root)) : branchNames(files)
  const labels = [...new Set(names.filter((name) => name !== ''))].sort(naturalOrder)
  const positions = new Map(labels.map((label, position) => [label, position]))
  return { labels, labelOf: names.map((name) => positions.get(name) ?? -1) }
}

function branchNames(files: Pick<FoundFile, 'path' | 'root'>[]): string[] {
  const folders = files.map((file) => relative(file.root, file.path).split(sep).slice(0, -1))
  const first = folders[0] ?? []
  let depth = 0
  while (depth < first.length && folders.every((folder) => folder[depth] === first[depth])) depth++
  return folders.map((folder) => folder[depth] ?? '')
}
