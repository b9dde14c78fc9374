import { expect } from '@playwright/test'
import { join } from 'node:path'
import { RunService } from '../../src-main/runs/run-service.ts'
import { openStore } from '../../src-main/database/store.ts'
import { launchApp } from '../helpers/app.ts'
import { temporaryFolder } from '../helpers/folder.ts'
import { test } from './test.ts'

test('one run that cannot be read hides no other, and is reported once', async () => {
  const data = temporaryFolder('unreadable-run')
  const store = openStore(data.path)
  store.datasets.save({
    ...{ id: 'abc', name: 'Faces', directory: join(data.path, 'datasets', 'abc'), count: 4, labels: [] },
    ...{ shape: { height: 8, width: 8, channels: 3 }, sources: [], problemCount: 0, bytes: 1, createdAt: 1 },
  })
  const runService = new RunService(store)
  for (const name of ['Whole', 'Damaged']) {
    const { id } = runService.create({
      datasetId: 'abc',
      preset: 'pixel-posterior',
      changes: {},
      device: 'cpu',
      name,
    })
    store.runs.update(id, { status: 'finished' })
  }
  store.database.exec(`UPDATE runs SET status = 'dreaming' WHERE name = 'Damaged'`)
  store.close()

  const { page, quit } = await launchApp({ dataDirectory: data.path })
  try {
    await expect(page.getByText('it is left out: 1 run.')).toBeVisible()
    await expect(page.getByText('Whole').first()).toBeVisible()
    await expect(page.getByText('Damaged')).toHaveCount(0)
  } finally {
    await quit()
    data.remove()
  }
})
