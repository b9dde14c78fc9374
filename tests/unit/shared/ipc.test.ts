import { describe, expect, expectTypeOf, it } from 'vitest'
import { ipcChannels } from '#shared/ipc.ts'
import type { IpcArgument, IpcChannel, IpcParsedArgument, IpcResult } from '#shared/ipc.ts'
import type { Sampling, SamplingOptions } from '#shared/schemas/sampling.ts'
import type { RunRecord } from '#shared/schemas/run.ts'

const parse = (channel: IpcChannel, argument: unknown) => ipcChannels[channel].input.safeParse(argument)

describe('the map of requests', () => {
  it('accepts an argument that matches its schema', () => {
    expect(parse('runs.pause', { id: 'a' }).success).toBe(true)
    expect(parse('runs.list', undefined).success).toBe(true)
    expect(parse('runs.update', { id: 'a', starred: true }).success).toBe(true)
  })

  it('refuses a key that a channel does not have', () => {
    expect(parse('runs.pause', { id: 'a', force: true }).success).toBe(false)
    expect(parse('experiments.create', { ...plan, budget: { steps: 1, hours: 2 } }).success).toBe(false)
    expect(parse('latent.grid', { id: 'a', extra: 1 }).success).toBe(false)
  })

  it('takes a run into the queue, but not as the only wish of how long to train', () => {
    expect(parse('runs.resume', { id: 'a', queue: true }).success).toBe(true)
    expect(parse('runs.extend', { id: 'a', steps: 1, queue: true }).success).toBe(true)
    expect(parse('runs.extend', { id: 'a', queue: true }).success).toBe(false)
    expect(parse('queue.move', { id: 'a', position: -1 }).success).toBe(false)
    expect(parse('queue.schedule', { id: 'a', startAt: null, after: null }).success).toBe(true)
  })

  it('refuses a value of another type, a missing key and a superfluous argument', () => {
    expect(parse('runs.pause', { id: 7 }).success).toBe(false)
    expect(parse('runs.pause', {}).success).toBe(false)
    expect(parse('runs.pause', undefined).success).toBe(false)
    expect(parse('runs.list', {}).success).toBe(false)
    expect(parse('runs.extend', { id: 'a', steps: 1.5 }).success).toBe(false)
    expect(parse('runtime.install', { variant: 'rocm' }).success).toBe(false)
  })

  it('refuses every channel an argument with a key that no channel has', () => {
    for (const channel of Object.keys(ipcChannels) as IpcChannel[])
      expect(parse(channel, { unknownKey: 1 }).success, channel).toBe(false)
  })

  it.each(['/a/b', 'C:\\a', 'c:/a', '\\\\server\\share'])('takes the absolute path %s', (path) => {
    expect(parse('latent.image', { id: 'a', path }).success).toBe(true)
  })

  it.each(['a/b', './a', '', 'C:a'])('refuses the relative path “%s”', (path) => {
    expect(parse('latent.image', { id: 'a', path }).success).toBe(false)
    expect(parse('datasets.scan', { job: 'j', paths: [path] }).success).toBe(false)
  })

  it('yields the types of both ends', () => {
    expectTypeOf<IpcArgument<'runs.pause'>>().toEqualTypeOf<{ id: string }>()
    expectTypeOf<IpcResult<'runs.pause'>>().toEqualTypeOf<RunRecord>()
    expectTypeOf<IpcArgument<'runs.list'>>().toEqualTypeOf<undefined>()
    expectTypeOf<IpcArgument<'gallery.sample'>['sampling']>().toEqualTypeOf<SamplingOptions>()
    expectTypeOf<IpcParsedArgument<'gallery.sample'>['sampling']>().toEqualTypeOf<Sampling>()
    // @ts-expect-error -- a key that the channel does not have
    const unknownKey: IpcArgument<'runs.pause'> = { id: 'a', force: true }
    expect(unknownKey).toBeDefined()
  })
})

const plan = { datasetId: 'd', seed: 1, changes: {} }
