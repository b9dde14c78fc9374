import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core'
import { squaredNorms } from '../evaluation/rows.ts'
import type { Rows } from '../evaluation/rows.ts'
import { createProgram } from '../graph/create-program.ts'
import type { Program } from '../graph/program.ts'
import { seedWords, statelessNormal } from '../rng.ts'
import { chosenProgram } from './chosen-program.ts'

/** Points of an iteration, and how many of them there are in all for each target. */
const pointsTogether = 256
const pointsPerTarget = 32
const fewestIterations = 256
/** The share of the iterations over which the potentials are averaged: the last ones. */
const averagedShare = 0.5

/** A part of the targets, and the number of it, by which the points differ. */
export interface TargetBlock {
  targets: Rows
  block: number
}

/**
 * Learns the potentials with which standard normal points choose all targets equally often (semidiscrete optimal transport):
 * averaged stochastic gradients of the dual, whose gradient is how much too often a target is chosen (Mousavi-Hosseini et al.
 * 2025, arXiv 2509.25519, section 3). A pure function of the seed.
 */
export class PotentialsLearner {
  private readonly program: Program
  private readonly size: number
  private readonly seed: number

  /** @param options `targets`: how many of them a block has at most; `numbers`: of each of them */
  constructor({ targets, numbers, seed }: { targets: number; numbers: number; seed: number }) {
    this.size = targets
    this.seed = seed
    this.program = createProgram(
      chosenProgram({
        ...{ targets, numbers },
        feeds: { words: { shape: [2], dtype: 'int32' } },
        points: (_, { words }) => statelessNormal<Tensor2D>([pointsTogether, numbers], words as Tensor),
      }),
    )
  }

  /**
   * The potentials of a block's targets; −∞ for those that it lacks.
   * @param block its targets have mean 0, and zeros where there are fewer than in the largest block
   * @returns null when cancelled meanwhile
   */
  async learn(
    { targets, block }: TargetBlock,
    { isCancelled = () => false }: { isCancelled?: () => boolean } = {},
  ): Promise<Float32Array | null> {
    const { count } = targets
    const spreads = spreadsOf(targets)
    const quantile = highestOf(count)
    const potentials = new Float32Array(this.size).fill(-Infinity)
    spreads.forEach((spread, j) => (potentials[j] = -quantile * spread))
    const mean = new Float64Array(count)
    const iterations = Math.max(fewestIterations, Math.ceil((pointsPerTarget * count) / pointsTogether))
    const averagedFrom = Math.floor((1 - averagedShare) * iterations)
    for (let i = 0; i < iterations; i++) {
      if (isCancelled()) return null
      // A potential that is 1 / quantile deviations higher makes its target about twice as frequent.
      const perTarget = pointsTogether / count
      const rate = Math.min(1, perTarget) / quantile / Math.sqrt(1 + i * perTarget)
      const chosen = this.chosen({ targets, block }, { potentials, iteration: i })
      const excess = new Float64Array(count).fill(-1)
      for (const j of chosen) excess[j] = (excess[j] ?? 0) + count / pointsTogether
      excess.forEach((each, j) => (potentials[j] = (potentials[j] ?? 0) - rate * (spreads[j] ?? 0) * each))
      if (i >= averagedFrom)
        mean.forEach((before, j) => {
          mean[j] = before + ((potentials[j] ?? 0) - before) / (i - averagedFrom + 1)
        })
      await nextTurn()
    }
    potentials.set(mean)
    return potentials
  }

  /** The targets that 256 points choose. */
  chosen(
    { targets, block }: TargetBlock,
    { potentials, iteration }: { potentials: Float32Array; iteration: number },
  ): Int32Array {
    const padded = new Float32Array(this.size * targets.size)
    padded.set(targets.values)
    const words = seedWords(this.seed, block * 2 ** 20 + iteration, 'potentials')
    return this.program.run({ words, potentials, targets: padded })['chosen'] as Int32Array
  }

  dispose(): void {
    this.program.dispose()
  }
}

/** The standard deviation of each target's product with the points; targets near the mean count as a tenth of the others. */
function spreadsOf(targets: Rows): Float64Array {
  const spreads = Float64Array.from(squaredNorms(targets), (squared) => Math.sqrt(squared))
  const least = 0.1 * (spreads.reduce((sum, each) => sum + each, 0) / targets.count) + 1e-6
  return spreads.map((spread) => Math.max(spread, least))
}

/** About what the highest of n standard normal numbers exceeds, from which potentials start. */
function highestOf(n: number): number {
  const log = Math.log(Math.max(2, n))
  return Math.sqrt(Math.max(0.25, 2 * log - Math.log(4 * Math.PI * log)))
}
