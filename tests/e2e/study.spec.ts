import { expect } from '@playwright/test'
import { demoImages, launchApp } from '../helpers/app.ts'
import { command } from '../helpers/command.ts'
import { temporaryFolder } from '../helpers/folder.ts'
import { test } from './test.ts'

test('a study of the command line is shown as one experiment, its runs titled by what differs', async () => {
  const data = temporaryFolder('study-window')
  const flowerbed = command(data.path)
  const settings = ['hidden=8', 'batch=4', 'sampleCount=4', 'sampleSteps=2', 'precision=fp32', 'network=conv']
  const trained = await flowerbed([
    ...['study', demoImages, '--grid', 'posterior=true,false', '--seeds', '2', '--steps', '3'],
    ...['--image-size', '16', '--device', 'cpu', '--out', `${data.path}/study.html`],
    ...settings.flatMap((setting) => ['--set', setting]),
  ])
  expect(trained.code, trained.err).toBe(0)

  const { page, quit } = await launchApp({ dataDirectory: data.path })
  await page.getByTestId('experiment-row').getByText('images, Variational posterior').click()
  await expect(page.getByTestId('experiment-state')).toContainText('All 4 runs trained')
  const titles = ['on, seed 1', 'on, seed 2', 'off, seed 1', 'off, seed 2'].map(
    (value) => `Variational posterior ${value}`,
  )
  await expect(page.getByTestId('rung').getByRole('heading')).toHaveText(titles)
  await expect(page.getByTestId('experiment-curves')).toHaveAttribute('data-curves', '4')
  const rows = page.getByTestId('experiment-table').getByRole('rowheader')
  await expect(rows).toHaveText([
    'Variational posterior on: mean of 2 runs',
    ...titles.slice(0, 2),
    'Variational posterior off: mean of 2 runs',
    ...titles.slice(2),
  ])
  await expect(page.getByTestId('experiment-table').getByText(/ ± /).first()).toBeVisible()
  await expect(page.getByTestId('reconstruction')).toHaveAttribute('data-rows', '4')
  await quit()
  data.remove()
})
