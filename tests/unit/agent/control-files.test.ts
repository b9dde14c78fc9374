import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import type { ControlRequest } from '#shared/remote/protocol.ts'
import { leaveControl, takeControls } from '../../../src-main/agent/control-files.ts'
import { controlFolder, runFolderOf } from '../../../src-main/agent/run-folder.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

const folder = temporaryFolder('control')
afterAll(() => folder.remove())

const extend = (steps: number): ControlRequest => ({
  kind: 'extend',
  limits: { steps, epochs: 0, minutes: 0, learningRate: 1e-3, sampleEvery: 0 },
})

it('hands requests out once, in the order in which they were left', async () => {
  const run = runFolderOf(folder.path, 'ordered')
  const requests = Array.from({ length: 12 }, (_, i) => extend(i + 1))
  for (const request of requests) await leaveControl(run, { launchId: 'launch', request })
  expect(await takeControls(run, 'launch')).toEqual(requests)
  expect(await takeControls(run, 'launch')).toEqual([])
})

it('removes what is of another launch or cannot be read, and leaves what is being written', async () => {
  const run = runFolderOf(folder.path, 'others')
  await leaveControl(run, { launchId: 'earlier', request: { kind: 'pause' } })
  await leaveControl(run, { launchId: 'launch', request: { kind: 'stop', save: true } })
  mkdirSync(controlFolder(run), { recursive: true })
  writeFileSync(join(controlFolder(run), '000.json'), '{"launchId":"launch","request":{"kind":"dance"}}')
  writeFileSync(join(controlFolder(run), '001.json'), '{"lau')
  writeFileSync(join(controlFolder(run), '.002.json.part'), '{"lau')
  expect(await takeControls(run, 'launch')).toEqual([{ kind: 'stop', save: true }])
  expect(readdirSync(controlFolder(run))).toEqual(['.002.json.part'])
})

it('has none where nothing was ever left', async () => {
  expect(await takeControls(runFolderOf(folder.path, 'none'), 'launch')).toEqual([])
})
