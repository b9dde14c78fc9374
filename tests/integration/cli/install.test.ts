import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { temporaryFolder } from '../../helpers/folder.ts'

const script = resolve(import.meta.dirname, '../../../scripts/install-runtime.mjs')
const folder = temporaryFolder('cli-install')
afterEach(() => folder.remove())

it('the install of TensorFlow ends at Ctrl+C with 130, and nothing half-written is left', async () => {
  // An index of packages that lets everybody wait.
  const server = createServer(() => undefined).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const child = spawn(process.execPath, [script, 'cpu'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      ...{ FLOWERBED_CACHE_DIR: folder.path, FLOWERBED_TF_DIR: '', FLOWERBED_OFFLINE_DIR: '' },
      ...{ PIP_INDEX_URL: `http://127.0.0.1:${port}/simple`, NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' },
    },
  })
  let err = ''
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  const ended = new Promise((done) => child.on('close', done))
  await Promise.race([once(server, 'request'), ended])
  child.kill('SIGINT')
  expect(await ended, err).toBe(130)
  server.closeAllConnections()
  server.close()
  expect(err).not.toMatch(/\n\s+at /)
  const runtimes = join(folder.path, 'runtime')
  const left = existsSync(runtimes) ? readdirSync(runtimes) : []
  expect(left.filter((name) => name !== 'downloads' && !name.startsWith('.lock'))).toEqual([])
})
