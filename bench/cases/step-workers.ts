import { imagesPerStep } from '#shared/run-limits.ts'
import { WorkerGroup } from '../../src-main/engine/cluster/worker-group.ts'
import type { WorkerPlan } from '../../src-main/engine/cluster/worker-process.ts'
import { ReplicatedStepRunner } from '../../src-main/engine/training/replicated-step-runner.ts'
import { initialState } from '../../src-main/engine/training/step-program.ts'
import type { BenchCase } from './networks.ts'
import type { Timed } from './step.ts'
import { syntheticImages } from './synthetic-images.ts'

/** Batches of synthetic images in the dataset. */
const syntheticBatches = 8

/** The training step of a case in worker processes, with equal shares; `ownMs` is the slowest one's part before the exchange. */
export async function timedWorkers(
  { config, shape, system }: BenchCase,
  plans: WorkerPlan[],
): Promise<Timed & { ownMs: () => Promise<number> }> {
  const count = syntheticBatches * imagesPerStep(config)
  const { dataset, dispose } = syntheticImages(shape, count)
  const indices = Uint32Array.from({ length: count }, (_, i) => i)
  const group = await WorkerGroup.start(plans)
  const runner = new ReplicatedStepRunner({ system, config, dataset, indices, devices: group.devices })
  await runner.begin(initialState(system, config))
  let step = 0
  return {
    time: async (calls) => {
      const from = performance.now()
      for (let i = 0; i < calls; i++) await runner.takeStep(++step, config)
      return (performance.now() - from) / calls
    },
    ownMs: () => runner.timeOwnParts(),
    dispose: async () => {
      // The session ends with this process: where workers were interrupted too, closing it would wait for them.
      await group.end()
      dispose()
    },
  }
}
