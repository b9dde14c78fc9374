import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { hashOfSources } from '../../../../scripts/lib/kernel-sources.mjs'

const root = resolve(import.meta.dirname, '../../../..')

it('the convolutions that are committed are compiled from the sources that are (scripts/build-kernels.mjs)', () => {
  const made = readFileSync(resolve(root, 'resources/tensorflow-kernels/linux-x64/sources.sha256'), 'utf8')
  expect(hashOfSources(resolve(root, 'src-main/native/kernels/src'))).toBe(made.trim())
})
