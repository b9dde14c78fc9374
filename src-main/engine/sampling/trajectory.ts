import { mostStates } from '#shared/sampling-messages.ts'
import type { TrajectoryRequest, TrajectoryResult } from '#shared/sampling-messages.ts'
import { samplingOf } from '#shared/schemas/sampling.ts'
import type { State } from './chunk-integrator.ts'
import { joined } from './path-frames.ts'
import { toBytes } from './sampler.ts'
import type { Sampler } from './sampler.ts'
import type { OnStep } from './sampling-jobs.ts'
import { ThinnedList } from './thinned-list.ts'

interface RecordedState {
  t: number
  state: Uint8Array
  estimate: Uint8Array
}

/**
 * Records the states of one sample from noise to image, and at each the network's estimate of the image, x_t − t·v(x_t, t):
 * on the path x_t = (1 − t)·x_0 + t·z with v = z − x_0 it is x_0.
 */
export async function recordTrajectory(
  sampler: Sampler,
  { request, step, onStep }: { request: TrajectoryRequest; step: number; onStep: OnStep },
): Promise<TrajectoryResult> {
  const { seed, first, temperature = 1 } = request
  const recorded = new ThinnedList<RecordedState>(mostStates)
  const states = ({ t, x, estimate }: State) =>
    recorded.add(() => ({ t, state: toBytes(x), estimate: toBytes(estimate()) }))
  await sampler.trace({ ...samplingOf(request.sampling), seed, first, temperature, states, onStep })
  const all = recorded.values()
  return {
    times: all.map(({ t }) => t),
    states: joined(
      all.map(({ state }) => state),
      sampler.shape,
    ),
    estimates: joined(
      all.map(({ estimate }) => estimate),
      sampler.shape,
    ),
    step,
  }
}
