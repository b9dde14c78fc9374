import { expect, it } from 'vitest'
import { targetSchema } from '#shared/remote/target.ts'
import { emptyTarget, targetOf, wrongFields } from '../../../../src-renderer/pages/settings/target-draft.ts'

it('makes a SkyPilot target of what is typed, as the command line does', () => {
  const draft = { ...emptyTarget, kind: 'sky' as const, name: ' cloud ' }
  const typed = {
    ...draft,
    resources: 'accelerators=A100:1  infra=aws use_spot=true\ncpus=8',
    idleMinutes: '20',
  }
  expect(targetSchema.parse(targetOf(typed))).toEqual({
    ...{ kind: 'sky', name: 'cloud', folder: '~/.flowerbed', idleMinutes: 20 },
    resources: { accelerators: 'A100:1', infra: 'aws', use_spot: true, cpus: 8 },
  })
  expect(targetSchema.parse(targetOf({ ...draft, idleMinutes: '' }))).toMatchObject({
    ...{ resources: {}, idleMinutes: 10 },
  })
  expect(() => targetOf({ ...draft, resources: 'A100' })).toThrow(/key=value|KEY=VALUE/i)
  expect(targetSchema.safeParse(targetOf({ ...draft, idleMinutes: 'soon' })).success).toBe(false)
})

it('names the fields that no target can have, of each kind', () => {
  expect([...wrongFields(emptyTarget)].sort()).toEqual(['host', 'name'])
  expect([...wrongFields({ ...emptyTarget, name: 'mars', host: 'me@mars', folder: 'here' })]).toEqual([
    'folder',
  ])
  const slurm = { ...emptyTarget, kind: 'slurm' as const, name: 'cluster' }
  expect(wrongFields(slurm).size).toBe(0)
  const odd = { ...slurm, minutes: '0', gpus: 'two', extra: 'constraint=a100' }
  expect([...wrongFields(odd)].sort()).toEqual(['extra', 'gpus', 'minutes'])
  const sky = { ...emptyTarget, kind: 'sky' as const, name: '', resources: 'A100', idleMinutes: 'soon' }
  expect([...wrongFields(sky)].sort()).toEqual(['idleMinutes', 'name', 'resources'])
})
