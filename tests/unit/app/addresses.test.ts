import { expect, test } from 'vitest'
import { fileFor } from '../../../src-main/app/addresses.ts'

const folders = { rendererDirectory: '/app/renderer', dataDirectory: '/data' }
const fileOf = (address: string) => fileFor(new URL(address), folders)

test('the page and its assets', () => {
  expect(fileOf('app://flowerbed/')).toBe('/app/renderer/index.html')
  expect(fileOf('app://flowerbed/assets/index.js')).toBe('/app/renderer/assets/index.js')
})

test('a sample sheet of a run', () => {
  expect(fileOf('app://flowerbed/runs/abc123/samples/step%2050.png')).toBe(
    '/data/runs/abc123/samples/step 50.png',
  )
})

test('a map of its diagnostics', () => {
  expect(fileOf('app://flowerbed/runs/abc123/diagnostics/step-00000050-kl.png')).toBe(
    '/data/runs/abc123/diagnostics/step-00000050-kl.png',
  )
})

test('nothing else of a run', () => {
  expect(fileOf('app://flowerbed/runs/abc123/checkpoints/step-00000050.json')).toMatch(/^\/app\/renderer\//)
})

test.each([
  'app://flowerbed/..%2f..%2fetc/passwd',
  'app://flowerbed/%2e%2e/%2e%2e/etc/passwd',
  'app://flowerbed/runs/abc/samples/..%2f..%2fsecret',
  'app://flowerbed/runs/..%2f..%2f..%2fetc/samples/passwd',
  'app://flowerbed/runs/abc/samples/a/b.png',
  'app://flowerbed/%E0%A4%A',
])('%s reaches nothing outside', (address) => {
  const file = fileOf(address)
  const inside =
    file === null || file.startsWith('/app/renderer/') || /^\/data\/runs\/[\w-]+\/samples\//.test(file)
  expect(inside).toBe(true)
})
