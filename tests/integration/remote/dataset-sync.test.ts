import { readFileSync, readdirSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { sendDataset } from '../../../src-main/remote/dataset-sync.ts'
import { LocalHost } from '../../../src-main/remote/local-host.ts'
import type { TransferProgress } from '../../../src-main/remote/remote-host.ts'
import { packedDataset } from '../../helpers/dataset.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder('dataset-sync')
})
afterEach(() => folder.remove())

it('a dataset is sent once; what is incomplete there is made whole', async () => {
  const directory = packedDataset(join(folder.path, 'here'), {
    ...{ count: 50, shape: { height: 8, width: 8, channels: 3 } },
    pixel: (image, byte) => (image * 7 + byte) % 256,
  })
  const host = new LocalHost()
  const send = async () => {
    const progress: TransferProgress[] = []
    await sendDataset(host, folder.path, {
      datasetId: 'test',
      directory,
      onProgress: (at) => progress.push(at),
    })
    return progress
  }
  const there = join(folder.path, 'datasets', 'test')
  const total = statSync(join(directory, 'pixels.u8')).size + statSync(join(directory, 'index.json')).size
  expect((await send()).at(-1)).toEqual({ done: total, total })
  const names = ['index.json', 'pixels.u8']
  const isSame = (name: string) => readFileSync(join(there, name)).equals(readFileSync(join(directory, name)))
  expect(readdirSync(there).toSorted()).toEqual(names)
  expect(names.map(isSame)).toEqual([true, true])
  const { mtimeMs } = statSync(join(there, 'pixels.u8'))
  expect(await send()).toEqual([{ done: total, total }])
  expect(statSync(join(there, 'pixels.u8')).mtimeMs).toBe(mtimeMs)
  truncateSync(join(there, 'pixels.u8'), 1000)
  await send()
  expect(names.map(isSame)).toEqual([true, true])
})
