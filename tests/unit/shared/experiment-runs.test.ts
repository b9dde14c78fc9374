import { expect, test } from 'vitest'
import { experimentOrder, runTitles, variantsOf } from '#shared/experiment-runs.ts'
import type { ComparedRun } from '#shared/experiment-runs.ts'
import { resolveConfig } from '#shared/presets.ts'

let made = 0
const runOf = (changes: Record<string, unknown>, preset = 'pixel-posterior'): ComparedRun => {
  made += 1
  return { id: `r${made}`, preset, config: resolveConfig(preset, changes), createdAt: made }
}
const titles = (experiment: Parameters<typeof runTitles>[0], runs: ComparedRun[]) =>
  runs.map(({ id }) => runTitles(experiment, runs).get(id))

test('runs of a study are titled by the settings that the study varies, and by the seed where there are several', () => {
  const study = { kind: 'study' as const, varied: ['klWeight', 'posterior', 'prior'] }
  const runs = [1, 2].flatMap((seed) => [
    runOf({ klWeight: 0.3, seed, hidden: 8 }),
    // What differs otherwise, as what a preset chooses itself, is no variant of its own.
    runOf({ klWeight: 1, posterior: false, seed, hidden: 8 * seed }),
  ])
  expect(titles(study, runs)).toEqual([
    'KL weight 0.3, Variational posterior on, Prior Standard normal N(0, 1), seed 1',
    'KL weight 1, Variational posterior off, Prior Standard normal N(0, 1), seed 1',
    'KL weight 0.3, Variational posterior on, Prior Standard normal N(0, 1), seed 2',
    'KL weight 1, Variational posterior off, Prior Standard normal N(0, 1), seed 2',
  ])
  const variants = variantsOf({ kind: 'study', varied: ['klWeight'] }, [...runs].reverse())
  expect(variants.map(({ title, runs: of }) => [title, of.map(({ config }) => config.seed)])).toEqual([
    ['KL weight 0.3', [1, 2]],
    ['KL weight 1', [1, 2]],
  ])
})

test('systems of the ladder keep their titles and their order, also where they were made at once', () => {
  const ladder = { kind: 'ladder' as const, varied: ['preset'] }
  const runs = [runOf({}), runOf({}, 'ladder-3-unet'), runOf({}, 'ladder-1-vanilla')]
  const ordered = experimentOrder(ladder, runs)
  expect(ordered.map(({ preset }) => preset)).toEqual([
    'ladder-1-vanilla',
    'ladder-3-unet',
    'pixel-posterior',
  ])
  expect(titles(ladder, ordered)).toEqual(['Rung 1: vanilla', 'Rung 3: U-Net', 'Posterior per pixel'])
})

test('seeds alone are a study too, and a setting of another version has no value', () => {
  const runs = [runOf({ seed: 1 }), runOf({ seed: 2 })]
  expect(titles({ kind: 'study', varied: [] }, runs)).toEqual([
    'Posterior per pixel, seed 1',
    'Posterior per pixel, seed 2',
  ])
  expect(titles({ kind: 'study', varied: ['garden'] }, runs.slice(0, 1))).toEqual(['garden –'])
})
