import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inOrder } from '../../../src-main/importer/in-order.ts'

test('results come in the order of the items, never more than allowed at work', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(3), { maxLength: 40 }),
      fc.integer({ min: 1, max: 5 }),
      async (delays, atOnce) => {
        let [working, most] = [0, 0]
        const results: number[] = []
        const work = async (delay: number, index: number) => {
          most = Math.max(most, ++working)
          await new Promise((resolve) => setTimeout(resolve, delay))
          working--
          return index
        }
        for await (const result of inOrder(delays, { atOnce, work })) results.push(result)
        expect(results).toEqual(delays.map((_, index) => index))
        expect(most).toBeLessThanOrEqual(atOnce)
      },
    ),
    { numRuns: 30, seed: 1 },
  )
})

test('a reader that leaves early stops the work', async () => {
  let started = 0
  const items = Array.from({ length: 100 }, (_, i) => i)
  const results = inOrder(items, { atOnce: 2, work: () => Promise.resolve(++started) })
  await results.next()
  await results.return()
  const after = started
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(started).toBe(after)
  expect(started).toBeLessThan(10)
})

test('a reader that leaves early waits for the work that has started', async () => {
  let working = 0
  const work = async (item: number) => {
    working++
    await new Promise((resolve) => setTimeout(resolve, item))
    working--
  }
  const results = inOrder([0, 30, 30], { atOnce: 2, work })
  await results.next()
  await results.return()
  expect(working).toBe(0)
})
