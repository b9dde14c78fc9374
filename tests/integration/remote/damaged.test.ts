import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { LocalHost } from '../../../src-main/remote/local-host.ts'
import { sendFile } from '../../../src-main/remote/send-file.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder('damaged')
})
afterEach(() => folder.remove())

const piece = 131_072

it.each([
  ['in one piece', (part: Buffer) => part.fill(0, 2 * piece + 5, 2 * piece + 9)],
  ['in its last piece', (part: Buffer) => part.fill(0, 5 * piece)],
  ['everywhere', (part: Buffer) => part.fill(0)],
])('a part that was damaged there %s is made whole by sending that again', async (where, damage) => {
  const content = randomBytes(5 * piece + 1000)
  const from = join(folder.path, 'here')
  const there = join(folder.path, 'there')
  writeFileSync(from, content)
  mkdirSync(there)
  const sha256 = createHash('sha256').update(content).digest('hex')
  const part = Buffer.from(content)
  damage(part)
  writeFileSync(join(there, `a.part-${sha256.slice(0, 12)}`), part)
  const sent: number[] = []
  await sendFile(new LocalHost(), {
    ...{ from, to: join(there, 'a'), piece },
    onProgress: ({ done }) => sent.push(done),
  })
  expect(readFileSync(join(there, 'a')).equals(content)).toBe(true)
  expect(readdirSync(there)).toEqual(['a'])
  // Where it was damaged only in one piece, the first ones are not sent again.
  if (where === 'in one piece') expect(Math.min(...sent)).toBe(2 * piece)
})
