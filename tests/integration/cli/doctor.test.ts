import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { command } from '../../helpers/command.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder('doctor')
})
afterEach(() => {
  folder.remove()
})

const none = expect.objectContaining({ tensorflow: null }) as object

test('without TensorFlow the doctor says so, what to do, and fails', async () => {
  const cache = { FLOWERBED_CACHE_DIR: join(folder.path, 'cache'), FLOWERBED_TF_DIR: '' }
  const { code, err, json } = await command(join(folder.path, 'data'), cache)(['doctor', '--json'])
  expect(code).toBe(1)
  expect(json).toMatchObject({ ok: false, versions: none, device: { used: null } })
  expect(json['advice']).toContainEqual(
    expect.stringMatching(/^TensorFlow is not installed\. .*npm run setup/),
  )
  expect(err).toContain('→ TensorFlow is not installed.')
})

test('a FLOWERBED_TF_DIR that holds none, and a data folder that is a file, are one line each', async () => {
  const file = join(folder.path, 'data')
  writeFileSync(file, 'not a folder')
  const { json } = await command(file, { FLOWERBED_TF_DIR: folder.path })(['doctor', '--json'])
  expect(json).toMatchObject({ ok: false, versions: none, freeBytes: 0 })
  const advice = json['advice'] as string[]
  expect(advice.filter((line) => line.includes('FLOWERBED_TF_DIR holds no TensorFlow'))).toHaveLength(1)
  expect(advice.filter((line) => line.includes(file))).toEqual([expect.stringMatching(/--data-dir/)])
})
