import { Command } from 'commander'
import { expect, it } from 'vitest'
import { resolveConfig } from '#shared/presets.ts'
import { addSamplingOptions, samplingFrom } from '../../../src-main/cli/support/options.ts'
import type { SamplingFlags } from '../../../src-main/cli/support/options.ts'

const narrow = resolveConfig('auto', { patch: 1 })

function samplingOf(config: typeof narrow, ...typed: string[]) {
  const command = addSamplingOptions(new Command())
  command.parse(typed, { from: 'user' })
  return samplingFrom(command.opts<SamplingFlags>(), config)
}

it('takes as many steps as the run needs unless told', () => {
  expect(samplingOf(narrow)).toMatchObject({ solver: 'dpm2m', timeGrid: 'auto', steps: 6 })
  expect(samplingOf(resolveConfig('auto', { patch: 2 })).steps).toBe(8)
  expect(samplingOf(narrow, '--solver', 'heun').steps).toBe(8)
  expect(samplingOf(narrow, '--steps', '8').steps).toBe(8)
})

it('refuses more steps than a sampling takes', () => {
  expect(() => samplingOf(narrow, '--steps', '20000')).toThrow('A sampling takes at most 10000 steps')
})
