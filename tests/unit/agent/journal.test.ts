import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import type { JournalEntry } from '#shared/remote/protocol.ts'
import { Journal } from '../../../src-main/agent/journal.ts'
import { readEnd, readJournal } from '../../../src-main/agent/journal-reader.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

const folder = temporaryFolder('journal')
const path = join(folder.path, 'journal.jsonl')
afterAll(() => folder.remove())

const warning = (message: string) => ({ event: { type: 'warning' as const, runId: 'run', message } })
const messageOf = (entry: JournalEntry) =>
  'event' in entry && entry.event.type === 'warning' ? entry.event.message : null

async function write(messages: string[]): Promise<void> {
  const journal = await Journal.open(path, { launchId: 'launch' })
  for (const message of messages) journal.append(warning(message))
  await journal.flush()
  await journal.close()
}

async function read(offset = 0): Promise<{ offset: number; message: string | null }[]> {
  const found = []
  for await (const line of readJournal(path, offset))
    found.push({ offset: line.offset, message: messageOf(line.entry) })
  return found
}

const messages = fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.constant('x'.repeat(70_000))), {
  maxLength: 8,
})

describe('a journal', () => {
  it('is read as it was written, from the offset after any of its entries on', async () => {
    await fc.assert(
      fc.asyncProperty(messages, fc.nat(), async (written, which) => {
        rmSync(path, { force: true })
        await write(written)
        const all = await read()
        expect(all.map(({ message }) => message)).toEqual(written)
        const from = written.length === 0 ? 0 : which % (written.length + 1)
        expect(await read(from === 0 ? 0 : all[from - 1]?.offset)).toEqual(all.slice(from))
        const { bytes, last } = await readEnd(path)
        expect(bytes).toBe(all.at(-1)?.offset ?? 0)
        expect(last && messageOf(last)).toBe(written.at(-1) ?? null)
      }),
      { numRuns: 30 },
    )
  })

  it('loses what a crash left of its last line, and nothing else, wherever it is cut off', async () => {
    await fc.assert(
      fc.asyncProperty(
        messages,
        messages,
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (first, then, at) => {
          rmSync(path, { force: true })
          await write(first)
          const whole = readFileSync(path)
          const cut = whole.subarray(0, Math.round(at * whole.length))
          writeFileSync(path, cut)
          const left = cut.toString('latin1').split('\n').length - 1
          expect(await read()).toHaveLength(left)
          await write(then)
          expect((await read()).map(({ message }) => message)).toEqual([...first.slice(0, left), ...then])
        },
      ),
      { numRuns: 30 },
    )
  })

  it('is refused from within an entry or beyond its end', async () => {
    rmSync(path, { force: true })
    await expect(read(1)).rejects.toMatchObject({ kind: 'corrupt' })
    await write(['one', 'two'])
    const [first] = await read()
    for (const offset of [1, (first?.offset ?? 0) + 1, readFileSync(path).length + 1])
      await expect(read(offset)).rejects.toMatchObject({ kind: 'corrupt' })
  })

  it('ends before what a power cut left of its last lines, and is refused where one before is no entry', async () => {
    rmSync(path, { force: true })
    await write(['one'])
    const { length } = readFileSync(path)
    appendFileSync(path, '\0\0\0\n\0\0"}}\n\0\0')
    expect(await readEnd(path)).toMatchObject({ bytes: length })
    expect(await read()).toHaveLength(1)
    await write(['two'])
    expect((await read()).map(({ message }) => message)).toEqual(['one', 'two'])
    appendFileSync(path, 'no entry\n')
    appendFileSync(path, readFileSync(path).subarray(0, length))
    await expect(read()).rejects.toMatchObject({ kind: 'corrupt' })
  })
})
