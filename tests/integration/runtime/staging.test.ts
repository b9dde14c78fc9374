import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { stagingFolder } from '../../../src-main/engine/runtime/install.ts'
import { runtimesDirectory } from '../../../src-main/engine/runtime/layout.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

test('what an install or a removal that was killed left behind is gone with the next install, and nothing else', async () => {
  const folder = temporaryFolder('staging')
  const runtimes = runtimesDirectory(folder.path)
  const dead = spawnSync(process.execPath, ['--version']).pid
  const stay = [`.installing-${process.pid}-abc`, '2.21.0-cpu-linux-x64', 'linked-abc-linux-x64']
  const gone = [`.installing-${dead}-abc`, `.removing-${dead}-2.21.0-cpu-linux-x64`]
  for (const name of [...stay, ...gone]) {
    mkdirSync(join(runtimes, name), { recursive: true })
    writeFileSync(join(runtimes, name, 'library.so'), 'bytes')
  }
  const mine = basename(await stagingFolder(folder.path))
  expect(readdirSync(runtimes).sort()).toEqual([...stay, mine].sort())
  folder.remove()
})
