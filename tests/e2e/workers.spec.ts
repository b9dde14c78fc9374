import { expect } from '@playwright/test'
import { openStore } from '../../src-main/database/store.ts'
import { demoImages, launchApp } from '../helpers/app.ts'
import { temporaryFolder } from '../helpers/folder.ts'
import { hasSshd, sshServer } from '../helpers/ssh-server.ts'
import { targetFolder } from '../helpers/ssh-target.ts'
import { expectStatus, fillSettings, importImages, plain, stepOf } from './steps.ts'
import { test } from './test.ts'

test('a run trains in two processes, which the run page lists while its curves arrive', async () => {
  const data = temporaryFolder('workers')
  // As many processes are offered as an engine would have threads.
  const { page, quit } = await launchApp({ dataDirectory: data.path, env: { FLOWERBED_THREADS: '' } })
  await importImages(page, [demoImages])
  await fillSettings(page, { ...plain, steps: '100000' })
  const length = page.getByTestId('expected-length')
  await expect(length).toContainText('the measured speed of this computer', { timeout: 60_000 })
  await page.getByTestId('workers').selectOption('2')
  await expect(length).toContainText('by the speed of one process')
  await page.getByTestId('start-training').click()
  await expectStatus(page, 'training')
  await expect.poll(() => stepOf(page), { timeout: 120_000 }).toBeGreaterThan(5)

  const rows = page.getByTestId('workers').locator('tbody tr')
  await expect(rows).toHaveCount(2)
  await expect(rows.first()).toContainText('Training')
  const speed = await rows.first().locator('td').nth(3).textContent()
  expect(Number(speed?.replaceAll(',', ''))).toBeGreaterThan(0)

  await page.getByTestId('pause').click()
  await expectStatus(page, 'paused')
  await expect(rows).toHaveCount(0)
  // It resumes as it was begun.
  await page.getByTestId('resume').click()
  await expectStatus(page, 'training')
  await expect(rows).toHaveCount(2, { timeout: 60_000 })
  const paused = await stepOf(page)
  await expect.poll(() => stepOf(page), { timeout: 120_000 }).toBeGreaterThan(paused)
  await page.getByTestId('pause').click()
  await expectStatus(page, 'paused')
  await quit()
  data.remove()
})

test('a run trains on this computer and a machine that OpenSSH reaches', async () => {
  test.skip(!hasSshd, 'there is no sshd')
  const data = temporaryFolder('worker-hosts')
  const server = await sshServer()
  const there = await targetFolder()
  const store = openStore(data.path)
  store.targets.add({ kind: 'ssh', name: 'mars', host: 'target', folder: there.path })
  store.close()
  const { page, quit } = await launchApp({
    dataDirectory: data.path,
    env: { FLOWERBED_SSH_CONFIG: server.env['FLOWERBED_SSH_CONFIG'] ?? '' },
  })
  await importImages(page, [demoImages])
  await fillSettings(page, { ...plain, steps: '100000' })
  await page.getByTestId('workers').selectOption('hosts')
  await expect(page.getByTestId('worker-host-mars')).toBeChecked()
  await page.getByTestId('start-training').click()
  await expectStatus(page, 'training', 240_000)
  const rows = page.getByTestId('workers').locator('tbody tr')
  await expect(rows).toHaveText([/This computer/, /mars/])
  await expect.poll(() => stepOf(page), { timeout: 120_000 }).toBeGreaterThan(2)
  await page.getByTestId('pause').click()
  await expectStatus(page, 'paused')
  await quit()
  await server.stop()
  there.remove()
  data.remove()
})
