import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { writeFilesAtomically } from '../../../src-main/files/atomic-write.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flowerbed-write-files-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

it('writes more files than it writes at the same time, and nothing else', async () => {
  const names = Array.from({ length: 300 }, (_, i) => `file-${String(i).padStart(3, '0')}`)
  await writeFilesAtomically(folder, names, (i) => `contents ${i}`)
  expect(readdirSync(folder).sort()).toEqual(names)
  for (const [i, name] of names.entries())
    expect(readFileSync(join(folder, name), 'utf8')).toBe(`contents ${i}`)
})

it('throws where a file cannot be written', async () => {
  await expect(writeFilesAtomically(folder, ['a', 'missing/b'], () => 'x')).rejects.toThrow('ENOENT')
})
