import { beforeEach, expect, test } from 'vitest'
import type { ImportOptions } from '#shared/schemas/dataset.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { useNavigation } from '../../../../src-renderer/composables/navigation.ts'
import { useImport } from '../../../../src-renderer/entities/datasets/import-store.ts'
import type { RunChoice } from '../../../../src-renderer/entities/runs/run-choice.ts'
import { useImportFlow } from '../../../../src-renderer/pages/library/use-import-flow.ts'
import type { ImportFlow } from '../../../../src-renderer/pages/library/use-import-flow.ts'
import { fakeMain, mounted } from '../../../helpers/window-api.ts'

let main: ReturnType<typeof fakeMain>
let flow: ImportFlow
beforeEach(() => {
  main = fakeMain()
  flow = mounted(useImportFlow).used
})

const options = { name: 'Cats', width: 32, height: 32 } as ImportOptions
const choice: RunChoice = { preset: 'auto', changes: { steps: 100 }, name: 'First' }

async function scanned(): Promise<ReturnType<typeof useImport>> {
  const importing = useImport()
  void importing.scan(['/cats'])
  await main.last('datasets.ofPaths').answer(null)
  await main.last('datasets.scan').answer({ scan: 's', count: 2, suggested: { name: 'Cats' } })
  expect(importing.phase).toBe('options')
  return importing
}

test('one button imports and then starts the run that was set up, and the sheet closes', async () => {
  const importing = await scanned()
  void flow.importAndStart(options, choice)
  await main.settled()
  expect(main.last('datasets.import').argument).toMatchObject({ scan: 's', options })
  expect(main.of('runs.create')).toEqual([])
  await main.last('datasets.import').answer({ id: 'd', name: 'Cats' })
  await main.settled()
  expect(main.last('runs.create').argument).toEqual({ datasetId: 'd', ...choice })
  await main.last('runs.create').answer({ id: 'r', status: 'starting' })
  await main.settled()
  expect([importing.phase, useNavigation().runId]).toEqual(['none', 'r'])
})

test('a run that cannot be made leaves the dataset and what was chosen', async () => {
  const importing = await scanned()
  void flow.importAndStart(options, choice)
  await main.settled()
  await main.last('datasets.import').answer({ id: 'd', name: 'Cats' })
  await main.settled()
  await main.last('runs.create').refuse(new FlowerbedError('no-space', 'The disk is full.'))
  await main.settled()
  expect([importing.phase, importing.open, importing.dataset?.id]).toEqual(['ready', true, 'd'])
  expect(flow.given.value).toEqual(choice)
  importing.close()
  await main.settled()
  expect(flow.given.value).toBeNull()
})

test('images can be imported without a run', async () => {
  const importing = await scanned()
  void flow.importOnly(options, 'open')
  await main.settled()
  await main.last('datasets.import').answer({ id: 'd', name: 'Cats' })
  await main.settled()
  expect(main.of('runs.create')).toEqual([])
  expect([importing.phase, useNavigation().page, useNavigation().datasetId]).toEqual(['none', 'dataset', 'd'])
})
