import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { CutProxy } from './cut-proxy.ts'

const outageMs = 1000

/**
 * Has a network fail again and again, each time after a random number of bytes: every connection ends, and for a second none
 * is let through.
 * @returns `end`, which has it work from then on and answers how often it has failed
 */
export function failNetwork(
  network: CutProxy,
  options: {
    times: number
    seed: number
    mostBytes: number
    /** Steps recorded here; the second half of the failures come after some, each after more. */
    recorded?: () => number
  },
): { end: () => number } {
  let outages = 0
  let seen = 0
  const { times, seed, mostBytes, recorded = () => seen + 1 } = options
  let isOver = false
  const watch = async () => {
    for (let i = 0; i < times; i++) {
      const share = createHash('sha256').update(`${seed} ${i}`).digest().readUInt32BE() / 2 ** 32
      const isLate = i >= Math.floor(times / 2)
      while (isLate && recorded() <= seen && !isOver) await delay(2)
      seen = recorded()
      network.cutAfter([Math.ceil(share * (isLate ? Math.min(4000, mostBytes) : mostBytes))])
      while (network.cutsLeft() > 0 && !isOver) await delay(2)
      if (isOver) break
      outages++
      const until = performance.now() + outageMs
      while (performance.now() < until) {
        network.cut()
        await delay(2)
      }
    }
    network.cutAfter([])
  }
  void watch()
  return {
    end: () => {
      isOver = true
      return outages
    },
  }
}
