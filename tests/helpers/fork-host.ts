import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ChildProcess } from '../../src-main/processes/child-process.ts'
import { startNodeProcess } from '../../src-main/processes/node-process.ts'

/** A test's own program in place of the engine: a real process, forked on this Node. */
export function forkHost(options: { folder: string; program: string; execPath?: string }): ChildProcess {
  const { folder, program, execPath = process.execPath } = options
  const entry = join(folder, `program-${program.length}.mjs`)
  writeFileSync(entry, program)
  return startNodeProcess({ entry, execPath })
}
