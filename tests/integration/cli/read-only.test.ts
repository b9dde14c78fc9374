import { execFile } from 'node:child_process'
import { chmodSync, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { command, commandFile } from '../../helpers/command.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { plain, writeFiles } from '../../helpers/images.ts'
import { makeReadOnly } from '../../helpers/read-only.ts'
import { smallDisk } from '../../helpers/small-disk.ts'

const folder = temporaryFolder('read-only')
const images = join(folder.path, 'images')
const data = join(folder.path, 'data')
const flowerbed = command(data)
const settings = [
  '--image-size',
  '8',
  '--batch',
  '4',
  '--set',
  'hidden=4',
  '--set',
  'precision=fp32',
  '--set',
  'sampleCount=1',
]

beforeAll(async () => {
  const bytes = await plain(8, 8, '#d03030').png().toBuffer()
  writeFiles(images, { 'a.png': bytes, 'b.png': bytes })
  chmodSync(folder.path, 0o755)
  const { code, err } = await flowerbed(['train', images, '--steps', '2', '--json', ...settings])
  expect(code, err).toBe(0)
})
afterAll(() => folder.remove())

/** Whether this machine lets a folder be made read-only for other processes. */
const trialFolder = temporaryFolder('read-only-trial')
const undoTrial = makeReadOnly(trialFolder.path)
undoTrial?.()
trialFolder.remove()

describe('a command on a data folder that may only be read', () => {
  it.skipIf(!undoTrial)(
    '(as root needs the right to mount) lists and samples, and refuses to train in words',
    async () => {
      const undo = makeReadOnly(data)
      try {
        const files = readdirSync(data, { recursive: true })
        const listed = await flowerbed(['runs', '--json'])
        expect(listed.code, listed.err).toBe(0)
        expect(listed.json['runs']).toMatchObject([{ status: 'finished', step: 2 }])
        expect(listed.err).not.toMatch(/electron-log|EROFS|EACCES|stack/)

        const out = join(folder.path, 'samples')
        const sampled = await flowerbed([
          'sample',
          'latest',
          '--count',
          '2',
          '--steps',
          '2',
          '--out',
          out,
          '--json',
        ])
        expect(sampled.code, sampled.err).toBe(0)
        expect(sampled.json['files']).toHaveLength(2)
        expect(existsSync(join(out, 'sheet.png'))).toBe(true)

        const trained = await flowerbed(['train', images, '--steps', '2', ...settings])
        expect(trained.code).toBe(2)
        expect(trained.err).toMatch(
          /^flowerbed: The history of runs is read-only\. \(.*\) What is in it is safe\./,
        )
        expect(readdirSync(data, { recursive: true })).toEqual(files)
      } finally {
        undo?.()
      }
    },
  )
})

describe('a command on a full disk', () => {
  it.skipIf(process.platform === 'win32')(
    'lists runs where SQLite finds no room for its shared memory',
    async () => {
      // No file may exceed 8 kB, as on a disk with so much left: less than shared memory takes.
      const limited = `ulimit -f 8 && exec "$@"`
      const args = ['-c', limited, 'sh', process.execPath, commandFile, 'runs', '--json', '--data-dir', data]
      const { stdout } = await promisify(execFile)('bash', args)
      expect(JSON.parse(stdout)).toMatchObject({ runs: [{ status: 'finished', step: 2 }] })
    },
  )

  const trial = smallDisk(4096)
  trial?.remove()

  it.skipIf(!trial)('(needs the right to mount) lists runs', async () => {
    const disk = smallDisk(4096)
    if (!disk) throw new Error('A disk that could be made before cannot be made now.')
    try {
      const onDisk = command(disk.path)
      expect((await onDisk(['runs', '--json'])).code).toBe(0)
      disk.fill()
      const listed = await onDisk(['runs', '--json'])
      expect(listed.code, listed.err).toBe(0)
      expect(listed.json['runs']).toEqual([])
      expect(listed.err).not.toMatch(/electron-log|ENOSPC/)
    } finally {
      disk.remove()
    }
  })
})
