import { describe, expect, it } from 'vitest'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { widths } from '#shared/budget-settings.ts'
import { resolveConfig } from '#shared/presets.ts'
import type { DeviceSpeed } from '#shared/schemas/automatic.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { planRun } from '../../../src-main/runs/plan-run.ts'
import type { PlannedRun } from '../../../src-main/runs/plan-run.ts'

const speed: DeviceSpeed = { device: 'one', flopsPerSecond: 1e9, secondsPerOperation: 0 }
const shape = { height: 28, width: 28, channels: 1 } as const
const images = { shape, count: 60_000 }
const planned = (changes: Partial<PlannedRun> = {}): PlannedRun => ({
  ...{ preset: 'auto', changes: {}, images, device: 'cpu', workers: null, target: null },
  ...changes,
})

/** An engine on which a step of width 32 takes `seconds`; others by the square of their width. */
function engine(seconds: number) {
  const asked: number[] = []
  const ask: Parameters<typeof planRun>[1]['ask'] = ({ steps }) => {
    asked.push(steps.length)
    const costs = steps.map(({ config: { hidden, batch } }) => ({
      flops: seconds * 1e9 * (hidden / 32) ** 2 * (batch / 32),
      operations: 0,
    }))
    return { costs, speed }
  }
  return { ask, asked }
}

/** A run whose steps took `seconds` each. */
const trained = (seconds: number, changes: Partial<RunRecord> = {}): RunRecord =>
  ({
    ...{ step: 1000, trainedSeconds: 1000 * seconds, shape, imageCount: 100 },
    ...{ deviceChoice: 'cpu', target: null, workers: null, machine: { deviceName: 'one' } },
    config: resolveConfig('balanced'),
    ...changes,
  }) as unknown as RunRecord

const hiddenOf = ({ settings }: Awaited<ReturnType<typeof planRun>>) =>
  settings.find(({ key }) => key === 'hidden')?.value

describe('the plan of a run', () => {
  it('has a network as wide as the time allows, and the time of its steps', async () => {
    const [slow, fast] = [engine(1000), engine(1e-6)]
    const narrow = await planRun(planned(), { ask: slow.ask, earlier: [] })
    expect(hiddenOf(narrow)).toBe(widths[0])
    expect(narrow.secondsPerStep).toBeCloseTo(1000 * ((widths[0] ?? NaN) / 32) ** 2)
    const wide = await planRun(planned(), { ask: fast.ask, earlier: [] })
    expect(hiddenOf(wide)).toBe(widths.at(-1))
    expect(wide.speed).toEqual({ measured: speed, correction: 1 })
    expect(slow.asked).toEqual([1 + widths.length])
  })

  it('goes by the minutes that are given, and not by steps or epochs', async () => {
    const { ask } = engine(0.5)
    const plan = async (changes: Record<string, unknown>) =>
      hiddenOf(await planRun(planned({ changes }), { ask, earlier: [] }))
    expect(await plan({ minutes: 100_000 })).toBe(widths.at(-1))
    expect(await plan({ minutes: 0.1 })).toBe(widths[0])
    expect(await plan({ steps: 100 })).toBeUndefined()
    expect(await plan({ epochs: 2 })).toBeUndefined()
    expect(await plan({ hidden: 40 })).toBeUndefined()
  })

  it('takes the time of larger batches into account', async () => {
    const plan = await planRun(planned({ changes: { minutes: 10_000 } }), {
      ask: engine(1e-3).ask,
      earlier: [],
    })
    const { value: batch = NaN } = plan.settings.find(({ key }) => key === 'batch') ?? {}
    expect(batch).toBeGreaterThan(32)
    expect(plan.secondsPerStep).toBeCloseTo(1e-3 * ((hiddenOf(plan) ?? NaN) / 32) ** 2 * (batch / 32))
  })

  it('corrects the measured speed by the median of real runs on the same device', async () => {
    const { ask } = engine(0.5)
    const correction = async (...earlier: RunRecord[]) =>
      (await planRun(planned(), { ask, earlier })).speed?.correction
    expect(await correction(trained(1), trained(0.5), trained(1))).toBeCloseTo(2)
    // Too short, elsewhere, by another network or on another device.
    const others = [
      trained(1, { step: 2, trainedSeconds: 2 }),
      trained(1, { target: 'gpu' }),
      trained(1, { deviceChoice: 'cuda' }),
      trained(1, { config: resolveConfig('ladder-1-vanilla') }),
      trained(1, { machine: null }),
    ]
    expect(await correction(...others)).toBe(1)
    expect(await correction(...others, trained(1))).toBeCloseTo(2)
  })

  it('goes by the images alone where another machine trains it, or without TensorFlow', async () => {
    const byImages = {
      settings: [{ key: 'patch', value: 1, because: 'imageSize' }],
      speed: null,
      secondsPerStep: null,
    }
    const { ask, asked } = engine(1)
    expect(await planRun(planned({ target: 'mars' }), { ask, earlier: [] })).toEqual(byImages)
    expect(asked).toEqual([])
    const none = () => {
      throw new FlowerbedError('unavailable', errorText('load.installTensorFlow'))
    }
    expect(await planRun(planned(), { ask: none, earlier: [] })).toEqual(byImages)
  })

  it('of workers goes by the speed of earlier runs of the same workers, whatever those of one process say', async () => {
    const { ask } = engine(0.5)
    const workers = { processes: 2 }
    const [alone, four] = [trained(2), trained(3, { workers: { processes: 4 } })]
    const plan = await planRun(planned({ workers }), { ask, earlier: [alone, four, trained(1, { workers })] })
    expect(plan.speed?.correction).toBeCloseTo(2)
    expect(plan.secondsPerStep).toBeCloseTo(1 * ((hiddenOf(plan) ?? NaN) / 32) ** 2)
    // Nor does theirs tell that of one process.
    const single = await planRun(planned(), { ask, earlier: [trained(1, { workers })] })
    expect(single.speed?.correction).toBe(1)
  })

  it('of processes that were not measured yet goes by the speed of one in their precision, and chooses nothing by it', async () => {
    const own = engine(0.5)
    const asked: string[] = []
    const ask: typeof own.ask = async (request) => {
      asked.push(request.device)
      const answer = await own.ask(request)
      return { ...answer, speed: { ...speed, fastShare: 0.5 } }
    }
    const changes = { hidden: 32 }
    const onGpu = trained(7, { machine: { deviceName: 'gpu', cpu: 'one' } as RunRecord['machine'] })
    const plan = async (workers: PlannedRun['workers'], more = {}) =>
      await planRun(planned({ workers, device: 'auto', changes: { ...changes, ...more } }), {
        ask,
        // By whichever choice it was the processor; a GPU's runs tell nothing of it.
        earlier: [onGpu, trained(1, { deviceChoice: 'cpu' })],
      })
    expect(await plan({ processes: 2 })).toMatchObject({
      speed: null,
      secondsPerStep: expect.closeTo(2) as number,
    })
    expect(await plan({ processes: 2 }, { precision: 'bf16' })).toMatchObject({
      secondsPerStep: expect.closeTo(1) as number,
    })
    // They share the processor; how fast other GPUs and machines are is not known.
    expect(asked).toEqual(['cpu', 'cpu'])
    expect(await plan({ gpus: [0, 1] })).toMatchObject({ speed: null, secondsPerStep: null })
    expect(await plan({ hosts: ['local', 'mars'] })).toMatchObject({ speed: null, secondsPerStep: null })
  })

  it('of other presets tells how long a step takes, and chooses no width', async () => {
    const plan = await planRun(planned({ preset: 'ladder-1-vanilla' }), { ask: engine(1).ask, earlier: [] })
    expect(plan.settings).toEqual([])
    expect(plan.secondsPerStep).toBeGreaterThan(0)
  })
})
