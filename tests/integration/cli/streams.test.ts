import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RunService } from '../../../src-main/runs/run-service.ts'
import { openStore } from '../../../src-main/database/store.ts'
import { commandFile } from '../../helpers/command.ts'
import { facesDataset } from '../../helpers/faces-dataset.ts'
import { temporaryFolder } from '../../helpers/folder.ts'
import { shell } from '../../helpers/process.ts'

const folder = temporaryFolder('cli-streams')
const data = join(folder.path, 'data')
/** More than any pipe holds. */
const runCount = 300

beforeAll(() => {
  mkdirSync(data)
  const store = openStore(data)
  const runService = new RunService(store)
  facesDataset(store)
  for (let i = 0; i < runCount; i++) {
    const run = runService.create({
      datasetId: 'faces',
      preset: 'pixel-posterior',
      changes: {},
      device: 'cpu',
    })
    runService.describe(run.id, { note: 'n'.repeat(800) })
  }
  runService.dispose()
  store.close()
})
afterAll(() => folder.remove())

/** A line of bash in which `$F` is the command; the code of its first part is what `code` tells. */
const piped = (line: string) => shell(`F="eval $FLOWERBED"; ${line}; exit \${PIPESTATUS[0]}`)

describe('stdout', () => {
  it('holds the whole JSON document, however late its reader starts', async () => {
    const file = join(folder.path, 'late.json')
    const { code } = await piped(
      `$F runs --json --data-dir "${data}" 2>/dev/null | (sleep 2; cat >"${file}")`,
    )
    const out = readFileSync(file, 'utf8')
    expect(code).toBe(0)
    expect(out.length).toBeGreaterThan(256 * 1024)
    expect((JSON.parse(out) as { runs: unknown[] }).runs).toHaveLength(runCount)
  })

  it('is where help and version go, with code 0', async () => {
    const help = await piped('$F --help')
    expect(help).toMatchObject({ code: 0, err: '' })
    expect(help.out).toMatch(/Usage: flowerbed[^]*Exit codes:[^]*130 +interrupted/)
    expect(await piped('$F train --help')).toMatchObject({ code: 0, err: '' })
    expect(await piped('$F help sample')).toMatchObject({ code: 0, err: '' })
    const version = await piped('$F --version')
    expect(version).toMatchObject({ code: 0, err: '' })
    expect(version.out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it.each(['', 'bench', 'train --nope', 'generate'])('stays empty for the wrong usage “%s”', async (args) => {
    const { code, out, err } = await piped(`$F ${args}`)
    expect(code).toBe(2)
    expect(out).toBe('')
    expect(err).toMatch(/Usage: (flowerbed|bench)|error: unknown/)
  })

  it('may be closed by its reader: the command ends quietly, by the code of a broken pipe', async () => {
    const { code, err } = await piped(`$F runs --json --data-dir "${data}" | true`)
    expect(code).toBe(141)
    expect(err).not.toMatch(/EPIPE|\n\s+at /)
    const help = await piped('$F train --help | head -1')
    expect(help.out).toBe('Usage: flowerbed train [options] [folder]\n')
    expect(help.err).toBe('')
  })

  it('that cannot be written is reported, with code 1', async () => {
    const { code, err } = await piped(`$F runs --json --data-dir "${data}" >/dev/full`)
    expect(code).toBe(1)
    expect(err).toMatch(/The result could not be written to stdout \(ENOSPC\)/)
  })
})

describe('stderr', () => {
  it('may be closed by its reader: the answer still comes', async () => {
    const file = join(folder.path, 'unread.json')
    const line = `{ $F runs --json --data-dir "${data}" 2>&1 >"${file}"; echo "ended with $?" >&2; } | head -1`
    const { out, err } = await piped(line)
    expect(out).toMatch(/Faces/)
    expect(err).toBe('ended with 0\n')
    expect((JSON.parse(readFileSync(file, 'utf8')) as { runs: unknown[] }).runs).toHaveLength(runCount)
  })

  it('writes messages on lines of their own, not on the status line', async () => {
    const module = JSON.stringify(pathToFileURL(join(commandFile, '..', 'support', 'output.ts')).href)
    const script = `
      process.stderr.isTTY = true
      const { say, StatusLine } = await import(${module})
      const line = new StatusLine()
      line.show('step 1')
      say('Saved.')
      line.end()`
    const { stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])
    expect(stderr).toMatch(/step 1\nSaved\.\n$/)
  })
})
