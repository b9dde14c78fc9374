import { expect } from '@playwright/test'
import { randomBytes } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { installedRuntimes } from '../../src-main/tensorflow/installed.ts'
import { runtimesDirectory } from '../../src-main/tensorflow/layout.ts'
import { pinnedRuntime } from '../../src-main/tensorflow/manifest.ts'
import { launchApp } from '../helpers/app.ts'
import { temporaryFolder } from '../helpers/folder.ts'
import { serve } from '../helpers/server.ts'
import { test } from './test.ts'

/** The installed TensorFlow in a cache of its own, that may be deleted: its large files are links. */
function copyOfRuntime(cache: string): void {
  const [runtime] = installedRuntimes()
  if (!runtime) throw new Error('No TensorFlow is installed.')
  const name = runtime.directory.split('/').at(-1) ?? ''
  const copy = join(runtimesDirectory(cache), name)
  mkdirSync(copy, { recursive: true })
  cpSync(join(runtime.directory, 'runtime.json'), join(copy, 'runtime.json'))
  for (const part of ['lib', 'deps']) symlinkSync(join(runtime.directory, part), join(copy, part))
}

/** Sends noise in answer to a range request, slowly: about 8 MB a second. */
function dribble({ headers }: IncomingMessage, response: ServerResponse): void {
  const [, from, to] = /bytes=(\d+)-(\d+)/.exec(headers.range ?? '') ?? []
  const length = Number(to) - Number(from) + 1
  response.writeHead(206, { 'content-range': `bytes ${from}-${to}/*`, 'content-length': length })
  const chunk = randomBytes(400_000)
  const timer = setInterval(() => response.write(chunk), 50)
  response.on('close', () => clearInterval(timer))
}

test('TensorFlow is removed and installed under Settings, with sizes, progress, cancel, and a checked download', async () => {
  const pinned = pinnedRuntime('cpu')
  test.skip(!pinned, 'Wheels are installed on Linux only.')
  const [wheel] = pinned?.wheels ?? []
  const folder = temporaryFolder('compute')
  const cache = join(folder.path, 'cache')
  copyOfRuntime(cache)
  let answer = dribble
  const index = await serve((request, response) => {
    if (request.url?.startsWith('/simple/')) response.end(`<a href="/files/wheel">${wheel?.file}</a>`)
    else answer(request, response)
  })
  const { page, quit } = await launchApp({
    dataDirectory: join(folder.path, 'data'),
    env: {
      ...{ FLOWERBED_CACHE_DIR: cache, PIP_INDEX_URL: `${index.origin}/simple/`, PIP_FIND_LINKS: '' },
      ...{ PIP_CONFIG_FILE: '/dev/null', NO_PROXY: '*', no_proxy: '*' },
    },
  })
  await page.getByTestId('go-settings').click()
  const list = page.getByTestId('runtime-list')
  await expect(list).toContainText(/TensorFlow for CPU.*\d+ MB, from the Python package index/)

  await list.getByRole('button', { name: /^Remove TensorFlow/ }).click()
  const question = page.getByRole('dialog', { name: /^Remove TensorFlow/ })
  await expect(question).toContainText(/This frees \d+ MB.*It is the only runtime/)
  await page.getByTestId('confirm-remove').click()
  await expect(list).toContainText('No runtime is installed.')
  expect(readdirSync(runtimesDirectory(cache))).toEqual([])

  const install = list.getByRole('button', { name: /^Install TensorFlow for CPU/ })
  await install.click()
  const progress = page.getByTestId('install-progress')
  await expect(progress).toHaveText(/[\d.]+ MB of \d+ MB · [\d.]+ MB\/s · about .+ to go/)
  await expect(list).toContainText(wheel?.file ?? '')
  await list.getByRole('button', { name: /^Cancel installing TensorFlow/ }).click()
  await expect(progress).toBeHidden()
  expect(readdirSync(runtimesDirectory(cache))).toEqual([])

  // The rest comes at once, and is not what was promised.
  const held = readdirSync(join(cache, 'downloads'))
  expect(held).toHaveLength(1)
  answer = ({ headers }, response) => {
    const [, from, to] = /bytes=(\d+)-(\d+)/.exec(headers.range ?? '') ?? []
    response.writeHead(206, { 'content-range': `bytes ${from}-${to}/*` })
    response.end(Buffer.alloc(Number(to) - Number(from) + 1))
  }
  await install.click()
  await expect(page.getByRole('alert')).toContainText(/does not match its checksum/, {
    timeout: 60_000,
  })
  await expect(page.getByRole('alert')).toContainText('Try again')
  expect(existsSync(join(cache, 'downloads', held[0] ?? ''))).toBe(false)
  expect(readdirSync(runtimesDirectory(cache))).toEqual([])

  await quit()
  index.stop()
  folder.remove()
})
