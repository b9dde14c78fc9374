import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../../..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')

test('README shows only images that npm run screenshots makes', () => {
  const made = [...read('scripts/screenshots.mjs').matchAll(/take\('([a-z-]+)'\)/g)].map(([, name]) => name)
  const shown = [
    ...read('README.md').matchAll(/docs\/screenshots\/(\S+?)-(?:light|dark)-(?:small|large)\.png/g),
  ]
  expect(shown.length).toBeGreaterThan(4)
  for (const [, name] of shown) expect(made).toContain(name)
})
