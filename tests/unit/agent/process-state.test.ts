import { fork } from 'node:child_process'
import { existsSync, mkdirSync, utimesSync } from 'node:fs'
import { once } from 'node:events'
import { afterAll, expect, it } from 'vitest'
import { writeJob, writeRequest } from '../../../src-main/agent/job-file.ts'
import { processState } from '../../../src-main/agent/process-launcher.ts'
import { controlFolder, journalPath, runFolderOf } from '../../../src-main/agent/run-folder.ts'
import { jobState } from '../../../src-main/agent/status.ts'
import { thisProcess } from '../../../src-main/files/process-identity.ts'
import { agentFile, launchRequest } from '../../helpers/agent.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

const folder = temporaryFolder('process-state')
afterAll(() => folder.remove())

const run = runFolderOf(folder.path, 'run')
mkdirSync(controlFolder(run), { recursive: true })
const lost = (reason: RegExp) => ({ state: 'lost', reason: expect.stringMatching(reason) as string })

it('knows the process that trains', async () => {
  await writeJob(run, { kind: 'process', launchId: 'launch', process: thisProcess() })
  const found = await jobState(run)
  expect(found).toMatchObject({ launchId: 'launch', job: { state: 'running', pid: process.pid } })
})

// Where the system says when a process started.
it.skipIf(process.platform === 'win32')('takes no other process for it that was given its id', async () => {
  const { startedAt } = thisProcess()
  const other = { ...thisProcess(), startedAt: (startedAt ?? '').replace(/^\w/, 'z') }
  expect(await processState(run, other)).toEqual(lost(/killed/))
})

it.skipIf(process.platform !== 'linux')('says that the machine was restarted', async () => {
  const [start, , space] = thisProcess().startedAt?.split('_') ?? []
  const before = { ...thisProcess(), startedAt: `${start}_0badb007_${space}` }
  expect(await processState(run, before)).toEqual(lost(/restarted/))
})

it('believes a process on another machine as long as it gives signs of life', async () => {
  const elsewhere = { pid: 1, startedAt: null, host: 'node7#0123abcd' }
  expect(await processState(run, elsewhere)).toMatchObject({ state: 'running', node: 'node7' })
  const longAgo = new Date(Date.now() - 400_000)
  utimesSync(controlFolder(run), longAgo, longAgo)
  expect(await processState(run, elsewhere)).toEqual(lost(/node7/))
})

it('has a process train nothing whose launch was cut off before it was written down', async () => {
  const cut = runFolderOf(folder.path, 'cut')
  mkdirSync(cut.path, { recursive: true })
  await writeRequest(cut, launchRequest('cut'))
  const child = fork(agentFile, ['--folder', folder.path, 'run', 'cut'], { stdio: 'pipe' })
  await once(child, 'message')
  child.disconnect()
  const [code] = (await once(child, 'exit')) as [number]
  expect(code).toBe(1)
  expect(existsSync(journalPath(cut))).toBe(false)
})
