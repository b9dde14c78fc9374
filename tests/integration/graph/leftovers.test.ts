import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import * as tf from '@tensorflow/tfjs-core'
import { createProgram } from '../../../src-main/engine/graph/create-program.ts'
import { loadTensorFlow } from '../../../src-main/engine/backend/load.ts'
import { processTag, thisProcess } from '../../../src-main/files/process-identity.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

const folder = temporaryFolder('leftovers')
afterAll(() => {
  vi.unstubAllEnvs()
  folder.remove()
})

test('the first program removes the temporary folders of killed processes and keeps those of running ones', () => {
  vi.stubEnv('TMPDIR', folder.path)
  const ended = processTag({
    ...thisProcess(),
    startedAt: thisProcess().startedAt?.replace(/^\d+/, '1') ?? '1',
  })
  const left = join(folder.path, `flowerbed-program-${ended}-abcdef`)
  const alive = join(folder.path, `flowerbed-program-${processTag()}-abcdef`)
  const other = join(folder.path, `something-${ended}-abcdef`)
  for (const path of [left, alive, other]) mkdirSync(path)
  loadTensorFlow({ device: 'cpu' })
  const program = createProgram({
    name: 'double',
    state: {},
    feeds: { x: { shape: [2], dtype: 'float32' } },
    body: (_, { x }) => ({ fetches: { y: tf.mul(x!, 2) }, next: {} }),
  })
  expect(existsSync(left)).toBe(false)
  expect([alive, other].map((path) => existsSync(path))).toEqual([true, true])
  program.dispose()
})
