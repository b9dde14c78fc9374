import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { commandFile } from '../helpers/command.ts'

test('a step that needs gigabytes runs where the app has its engine, as it does in plain Node', async () => {
  // TensorFlow asks for pieces of a gigabyte and more: on Electron's own allocator the process would end (code 5).
  // Narrow and many: much memory for little arithmetic.
  const args = [
    'bench',
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
    commandFile,
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
