import { loadTensorFlow } from '../../src-main/engine/backend/load.ts'
import { workerPlans } from '../../src-main/engine/cluster/worker-plans.ts'
import { checkInterrupted } from '../../src-main/cli/support/interrupt.ts'
import { answer, say } from '../../src-main/cli/support/output.ts'
import { benchCase } from '../cases/networks.ts'
import type { BenchChanges, BenchNetwork } from '../cases/networks.ts'
import { timedStep } from '../cases/step.ts'
import { timedWorkers } from '../cases/step-workers.ts'
import { summarize } from '../summary.ts'

/** Times steps of several processes and of one with all cores, in turns. */
export async function benchWorkers(options: {
  workers: number
  network: BenchNetwork
  changes: BenchChanges
  steps: number | undefined
  repeats: number
  json: boolean
}): Promise<void> {
  const { workers, network, changes, repeats, json } = options
  const { deviceName, threads } = loadTensorFlow({ device: 'cpu' })
  const bench = benchCase(network, changes)
  const one = timedStep(bench)
  const several = await timedWorkers(bench, workerPlans({ processes: workers }))
  try {
    await several.time(2)
    await one.time(2)
    const calls = options.steps ?? Math.max(1, Math.round(5000 / (await one.time(1))))
    const times: { one: number; several: number; own: number }[] = []
    for (let i = 0; i < repeats; i++) {
      await checkInterrupted()
      times.push({
        several: await several.time(calls),
        own: await several.ownMs(),
        one: await one.time(calls),
      })
      say(
        `${i + 1} of ${repeats}: one process ${times[i]?.one.toFixed(1)} ms, ${workers} ${times[i]?.several.toFixed(1)} ms`,
      )
    }
    const median = (of: (time: (typeof times)[number]) => number) => summarize(times.map(of)).median
    const exchangeMs = Math.max(
      0,
      median((time) => time.several - time.own),
    )
    const gradientBytes = 4 * one.parameters
    // A ring sends this many bytes from each of n processes.
    const sentBytes = (2 * (workers - 1) * gradientBytes) / workers
    const result = {
      ...{ network, ...changes, device: deviceName, threads: threads.intraOp, workers },
      msOfOne: median((time) => time.one),
      msOfWorkers: median((time) => time.several),
      /** The time of one process over that of several with as many cores in all; pair by pair. */
      efficiency: median((time) => time.one / time.several),
      /** The slowest worker's part before the first exchange, all of them at the same time. */
      ownMs: median((time) => time.own),
      /** What a step takes beyond that: the exchange that does not overlap, Adam and the calls. */
      exchangeMs,
      ...{ parameters: one.parameters, gradientBytes, sentBytes },
    }
    say(
      `${workers} processes take ${result.msOfWorkers.toFixed(1)} ms a step, one with all cores ${result.msOfOne.toFixed(1)} ms: ` +
        `efficiency ${result.efficiency.toFixed(2)}`,
    )
    say(
      `${result.ownMs.toFixed(1)} ms are each worker’s own part, ${exchangeMs.toFixed(1)} ms the exchange of ` +
        `${(gradientBytes / 1e6).toFixed(1)} MB of gradients and the update`,
    )
    answer(json, result)
  } finally {
    await several.dispose()
    await one.dispose()
  }
}
