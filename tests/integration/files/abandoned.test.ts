import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkpointFolder } from '../../../src-main/files/checkpoint-names.ts'
import { stagingFolder } from '../../../src-main/tensorflow/staging.ts'
import { runtimesDirectory } from '../../../src-main/tensorflow/layout.ts'
import { CheckpointWriter } from '../../../src-main/engine/training/checkpoint-writer.ts'
import { writeFileAtomically, writeFolderAtomically } from '../../../src-main/files/atomic-write.ts'
import { processTag, thisProcess } from '../../../src-main/files/process-identity.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

const writer = resolve(import.meta.dirname, '../../fixtures/killed-writer.ts')
let folder: ReturnType<typeof temporaryFolder>

beforeEach(() => {
  folder = temporaryFolder('abandoned')
})
afterEach(() => folder.remove())

/** Lets a process of its own write, and kills it between writing and renaming; what it leaves there. */
function killWhileWriting(what: string, path: string, where = dirname(path)): string[] {
  const before = existsSync(where) ? readdirSync(where) : []
  const { signal, stdout, stderr } = spawnSync(process.execPath, [writer, what, path], { encoding: 'utf8' })
  expect(signal, stdout + stderr).toBe('SIGKILL')
  const left = readdirSync(where).filter((name) => !before.includes(name))
  expect(left).toHaveLength(1)
  return left
}

const writerOf = (runDirectory: string) =>
  new CheckpointWriter({
    request: { runId: 'run', runDirectory } as ConstructorParameters<typeof CheckpointWriter>[0]['request'],
    shape: { width: 1, height: 1, channels: 1 },
    state: {},
    freeBytes: () => Promise.resolve(Infinity),
  })

const daysAgo = (days: number) => new Date(Date.now() - days * 24 * 3600 * 1000)

test('the next write into a folder removes what a killed process left in it, and nothing of one that runs', async () => {
  const target = join(folder.path, 'settings.json')
  killWhileWriting('file', target)
  killWhileWriting('folder', join(folder.path, 'exported'))
  const stay = [
    `.settings.json.${processTag()}-0123abcd.part`,
    // Another machine's, which may be writing it.
    `.settings.json.${processTag({ pid: 7, startedAt: null, host: 'another' })}-0123abcd.part`,
    '.hidden',
    '.mine.0123abcd.part',
    'notes.part',
  ]
  const old = `.settings.json.${processTag({ pid: 8, startedAt: null, host: 'another' })}-0123abcd.part`
  for (const name of [...stay, old]) writeFileSync(join(folder.path, name), '')
  utimesSync(join(folder.path, old), daysAgo(2), daysAgo(2))
  utimesSync(join(folder.path, '.mine.0123abcd.part'), daysAgo(2), daysAgo(2))
  await writeFileAtomically(target, 'whole')
  expect(readdirSync(folder.path).sort()).toEqual([...stay, 'settings.json'].sort())
  expect(readFileSync(target, 'utf8')).toBe('whole')
})

test('the next folder that is written beside it removes what a killed process left', async () => {
  killWhileWriting('folder', join(folder.path, 'exported'))
  killWhileWriting('file', join(folder.path, 'other.json'))
  await writeFolderAtomically(join(folder.path, 'exported'), { 'a.txt': 'a', 'b.txt': 'b' })
  expect(readdirSync(folder.path)).toEqual(['exported'])
  expect(readdirSync(join(folder.path, 'exported')).sort()).toEqual(['a.txt', 'b.txt'])
})

test('a write that fails leaves nothing behind', async () => {
  mkdirSync(join(folder.path, 'taken', 'inside'), { recursive: true })
  await expect(writeFileAtomically(join(folder.path, 'taken'), 'x')).rejects.toThrow()
  await expect(writeFolderAtomically(join(folder.path, 'taken'), { a: 'x' })).rejects.toThrow()
  expect(readdirSync(folder.path)).toEqual(['taken'])
})

test('names as long as the system allows are written', async () => {
  for (const name of ['n'.repeat(255), 'é'.repeat(127), '花'.repeat(85), '🌸'.repeat(63)]) {
    await writeFileAtomically(join(folder.path, name), 'x')
    expect(readdirSync(folder.path).map((found) => found.normalize())).toContain(name.normalize())
  }
})

test('a checkpoint that a killed process was writing is gone before the run is trained on', async () => {
  const checkpoints = checkpointFolder(folder.path)
  const [left = ''] = killWhileWriting('checkpoint', folder.path, checkpoints)
  expect(left).toMatch(/^\.step-00000010\.safetensors.*\.part$/)
  const mine = `.step-00000020.safetensors.${processTag()}-0123abcd.part`
  // As earlier versions named them.
  const [fresh, old] = [
    '.step-00000030.safetensors.0123abcd.part',
    '.step-00000010.safetensors.0123abcd.part',
  ]
  const kept = ['step-00000005.safetensors', 'step-00000005.json', mine, fresh]
  for (const name of [...kept, old]) writeFileSync(join(checkpoints, name), '')
  utimesSync(join(checkpoints, old), daysAgo(2), daysAgo(2))
  await writerOf(folder.path).checkRoom()
  expect(readdirSync(checkpoints).sort()).toEqual([...kept].sort())
})

test('a run without checkpoints is trained as before', async () => {
  await writerOf(join(folder.path, 'new')).checkRoom()
  expect(readdirSync(join(folder.path, 'new'))).toEqual([])
})

test('what an install that was killed has unpacked is gone with the next install', async () => {
  const runtimes = runtimesDirectory(folder.path)
  killWhileWriting('install', folder.path, runtimes)
  const mine = await stagingFolder(folder.path)
  expect(readdirSync(runtimes).map((name) => join(runtimes, name))).toEqual([mine])
})

test('an ended process whose id another has now is not taken for that one', async () => {
  if (process.platform !== 'linux') return
  const before = processTag({
    ...thisProcess(),
    startedAt: `1_${thisProcess().startedAt?.replace(/^\d+_/, '')}`,
  })
  writeFileSync(join(folder.path, `.a.${before}-0123abcd.part`), '')
  await writeFileAtomically(join(folder.path, 'a'), 'x')
  expect(readdirSync(folder.path)).toEqual(['a'])
})
