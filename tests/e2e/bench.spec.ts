import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect } from '@playwright/test'
import { benchFile } from '../helpers/command.ts'
import { test } from './test.ts'

test('a step that needs gigabytes runs in a utility process of Electron, as it does in plain Node', async () => {
  // TensorFlow allocates a gigabyte and more at once, where Electron's allocator would end the process (code 5).
  // A narrow network and a large batch: much memory for little arithmetic.
  const args = [
    'step',
    '--network',
    'small-unets',
    '--set',
    'batch=2048',
    '--set',
    'hidden=8',
    '--steps',
    '1',
  ]
  const { stdout } = await promisify(execFile)(process.execPath, [
    benchFile,
    ...[...args, '--repeats', '1', '--against', 'electron', '--device', 'cpu', '--json'],
  ])
  const { peakMemoryBytes, parameters, against } = JSON.parse(stdout) as {
    peakMemoryBytes: number
    parameters: number
    against: { baseline: string; parameters: number; peakMemoryBytes: number; msPerStep: number }
  }
  expect(against.baseline).toMatch(/^Electron \d/)
  expect(against.parameters).toBe(parameters)
  expect(against.msPerStep).toBeGreaterThan(0)
  for (const bytes of [peakMemoryBytes, against.peakMemoryBytes]) expect(bytes).toBeGreaterThan(1.8e9)
})
