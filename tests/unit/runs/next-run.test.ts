import { expect, test } from 'vitest'
import type { PrepareRequest } from '#shared/engine-messages.ts'
import { presets } from '#shared/presets.ts'
import { NextRun } from '../../../src-main/runs/next-run.ts'

const request = (count: number): PrepareRequest => ({
  ...{ config: presets['fast'].config, shape: { height: 8, width: 8, channels: 3 } },
  ...{ count, labels: [], device: 'auto' },
})

function nextRun(isIdle: () => boolean = () => true) {
  const asked: (number | 'drop')[] = []
  const next = new NextRun({
    isIdle,
    engine: {
      prepare: ({ count }) => {
        asked.push(count)
        return Promise.resolve(5)
      },
      drop: () => {
        asked.push('drop')
        return Promise.resolve(5)
      },
    },
  })
  return { next, asked }
}

test('a run is prepared, and freed when it is dropped', async () => {
  const { next, asked } = nextRun()
  await next.prepare(() => Promise.resolve(request(1)))
  await next.drop()
  expect(asked).toEqual([1, 'drop'])
})

test('nothing is prepared while something trains, nor when it has begun meanwhile', async () => {
  let idle = false
  const { next, asked } = nextRun(() => idle)
  await next.prepare(() => Promise.reject(new Error('not asked for')))
  idle = true
  await next.prepare(() => {
    idle = false
    return Promise.resolve(request(1))
  })
  expect(asked).toEqual([])
})

test('settings that have changed since, or were dropped, are not prepared any more', async () => {
  const { next, asked } = nextRun()
  const plans: ((planned: PrepareRequest) => void)[] = []
  const slow = () => new Promise<PrepareRequest>((resolve) => plans.push(resolve))
  const first = next.prepare(slow)
  const second = next.prepare(slow)
  plans[1]?.(request(2))
  await second
  plans[0]?.(request(1))
  await first
  expect(asked).toEqual([2])
  const third = next.prepare(slow)
  await next.drop()
  plans[2]?.(request(3))
  await third
  expect(asked).toEqual([2, 'drop'])
})

test('settings that cannot be are no error', async () => {
  const { next, asked } = nextRun()
  await next.prepare(() => Promise.reject(new Error('impossible')))
  expect(asked).toEqual([])
})
