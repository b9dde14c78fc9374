import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { cacheDirectory } from '../../src-main/tensorflow/layout.ts'
import { demoImages, launchApp } from '../helpers/app.ts'
import { temporaryFolder } from '../helpers/folder.ts'
import { startSlurmCluster, withoutSlurm } from '../helpers/slurm-cluster.ts'
import { expectStatus, fillSettings, importImages, plain, quick, stepOf } from './steps.ts'
import { test } from './test.ts'

test('a run trains in a job of Slurm, and its curves and samples arrive in the window', async () => {
  test.slow()
  const slurm = await startSlurmCluster()
  test.skip(slurm === null, withoutSlurm)
  if (!slurm) return
  const data = temporaryFolder('targets')
  const there = join(data.path, 'there')
  mkdirSync(there)
  // TensorFlow is there already, as after the first run.
  symlinkSync(join(cacheDirectory(), 'runtime'), join(there, 'runtime'))
  const { page, quit } = await launchApp({
    dataDirectory: join(data.path, 'data'),
    env: { SLURM_CONF: slurm.env['SLURM_CONF'] ?? '' },
  })

  await page.getByTestId('go-settings').click()
  await page.getByTestId('add-target').click()
  await page.getByRole('radio', { name: 'Slurm cluster' }).check()
  await page.getByTestId('target-name').fill('cluster')
  await page.getByTestId('target-folder').fill(there)
  await page.getByTestId('target-gpus').fill('0')
  await page.getByTestId('save-target').click()
  await expect(page.getByTestId('targets')).toContainText('cluster')

  await page.getByTestId('go-library').click()
  await importImages(page, [demoImages])
  await page.getByTestId('run-target').selectOption('cluster')
  await fillSettings(page, { ...quick.settings, steps: '100000', sampleEvery: '1000' })
  await page.getByTestId('start-training').click()
  await expectStatus(page, 'training', 240_000)
  await expect.poll(() => stepOf(page), { timeout: 120_000 }).toBeGreaterThan(20)
  await expect(page.getByTestId('run-sentence')).toContainText('cluster')
  expect(await slurm.run('squeue', '--noheader', '--format=%T')).toContain('RUNNING')

  // What the window quits does not end there: it is followed again.
  const seen = await stepOf(page)
  await quit()
  const again = await launchApp({
    dataDirectory: join(data.path, 'data'),
    env: { SLURM_CONF: slurm.env['SLURM_CONF'] ?? '' },
  })
  await again.page.getByTestId('go-run').click()
  await expect.poll(() => stepOf(again.page), { timeout: 120_000 }).toBeGreaterThan(seen)
  await again.page.getByTestId('pause').click()
  await expectStatus(again.page, 'paused', 120_000)
  // The job ends once the pause is written.
  await expect.poll(() => slurm.run('squeue', '--noheader'), { timeout: 60_000 }).toBe('')
  await again.quit()
  await slurm.stop()
  data.remove()
})

test('a queued run whose target is not reached says so and may be trained here, while others train', async () => {
  const data = temporaryFolder('target-queue')
  const { page, quit } = await launchApp({ dataDirectory: data.path })
  await page.getByTestId('go-settings').click()
  await page.getByTestId('add-target').click()
  await page.getByTestId('target-name').fill('pluto')
  await page.getByTestId('target-host').fill('pluto.invalid')
  await page.getByTestId('save-target').click()
  await expect(page.getByTestId('targets')).toContainText('pluto')

  await page.getByTestId('go-library').click()
  await importImages(page, [demoImages])
  await page.getByTestId('run-target').selectOption('pluto')
  await fillSettings(page, { ...plain, steps: '20' })
  await page.getByTestId('start-later').click()
  await page.getByTestId('later-apply').click()
  await page.getByRole('button', { name: /^When “.*” starts/ }).click()
  await page.getByRole('radio', { name: 'In its turn' }).check()
  await page.getByRole('button', { name: 'Apply' }).click()
  await expect(page.getByTestId('queue-reason')).toContainText('pluto.invalid', { timeout: 60_000 })
  await page.getByTestId('queue-target').selectOption({ label: 'This computer' })
  await expect(page.getByTestId('queued-run')).toHaveCount(0, { timeout: 60_000 })
  await page.getByTestId('go-run').click()
  await expectStatus(page, 'finished')
  await quit()
  data.remove()
})
