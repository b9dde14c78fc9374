import * as tf from '@tensorflow/tfjs-core'
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import { getParameter } from '../parameters.ts'
import type { ParameterSpec, Parameters } from '../parameters.ts'
import { checkpoint } from './checkpoint.ts'
import { groupNorm } from './group-norm.ts'
import type { Film } from './group-norm.ts'
import type { UniformNoise } from './network.ts'
import { conv2d, dense, matMul, rowsAt } from './ops.ts'

type Layer<T> = (parameters: Parameters, x: T) => T
type TableLayer = (parameters: Parameters, indices: Tensor1D | undefined) => Tensor2D
/** The channels of a convolution or fully connected layer; `zero`: it starts at zero; `isHidden`: as in `ParameterSpec`. */
interface LayerSize {
  cin: number
  cout: number
  zero?: boolean
  isHidden?: true
}
/** What is fused with a normalisation (`groupNorm`). */
interface NormOptions {
  offset?: Tensor2D
  film?: Film
  relu?: boolean
}
type Norm = (parameters: Parameters, x: Tensor4D, options?: NormOptions) => Tensor4D
/** What the layers of a block depend on besides their inputs. */
export interface BlockContext {
  /** The embedded time and other conditions `[n, c]`, in a network that depends on them. */
  time?: Tensor2D | null
  /** In a training step with dropout. */
  dropoutNoise?: UniformNoise | undefined
}
/** Several layers, from one or more `[n, h, w, c]`. */
export type Block = (parameters: Parameters, inputs: Tensor4D[], context?: BlockContext) => Tensor4D

/**
 * Declares a network's parameters while its layers are composed: each method adds what the layer needs under
 * `<network>.<name>.…` and returns the layer as a function of the parameters. Weights and biases start as in PyTorch:
 * U(−1/√fanIn, 1/√fanIn).
 */
export class Layers {
  readonly parameters: ParameterSpec[] = []
  private readonly network: string
  private readonly checkpointing: boolean

  /** With `checkpointing` the intermediate values of blocks are recomputed for the gradient. */
  constructor(network: string, { checkpointing = false }: { checkpointing?: boolean } = {}) {
    this.network = network
    this.checkpointing = checkpointing
  }

  /** The block that `build` composes, checkpointed where the network is. */
  block(build: () => Block): Block {
    const declared = this.parameters.length
    const block = build()
    if (!this.checkpointing) return block
    const names = this.parameters.slice(declared).map(({ name }) => name)
    return (parameters, inputs, { time = null, dropoutNoise } = {}) =>
      checkpoint(
        (all) => {
          const weights = all.slice(-names.length)
          const blockParameters = Object.fromEntries(names.map((name, i) => [name, weights[i] as Tensor]))
          const [timeInput] = all.slice(inputs.length) as Tensor2D[]
          const blockInputs = all.slice(0, inputs.length) as Tensor4D[]
          return block(blockParameters, blockInputs, {
            time: time && (timeInput as Tensor2D),
            dropoutNoise,
          })
        },
        [...inputs, ...(time ? [time] : []), ...names.map((name) => getParameter(parameters, name))],
      ) as Tensor4D
  }

  /** k × k convolution, `cin` → `cout` channels; with `zero` its weights and bias start at zero. */
  conv(name: string, size: LayerSize & { k?: number }): Layer<Tensor4D> {
    const { cin, cout, k = 3, ...options } = size
    const { weight, bias } = this.affine(name, { shape: [k, k, cin, cout], fanIn: k * k * cin, ...options })
    return (parameters, x) => conv2d(x, getParameter(parameters, weight), getParameter(parameters, bias))
  }

  /** Fully connected, `cin` → `cout`. */
  dense(name: string, size: LayerSize): Layer<Tensor2D> {
    const { cin, cout, ...options } = size
    const { weight, bias } = this.affine(name, { shape: [cin, cout], fanIn: cin, ...options })
    return (parameters, x) => dense(x, getParameter(parameters, weight), getParameter(parameters, bias))
  }

  /** Linear without a bias, `cin` → `cout`, so that zeros stay zeros; its weights start at zero. */
  linear(name: string, { cin, cout }: { cin: number; cout: number }): Layer<Tensor2D> {
    const weight = this.add(name, 'weight', { shape: [cin, cout], init: { kind: 'constant', value: 0 } })
    return (parameters, x) => matMul(x, getParameter(parameters, weight))
  }

  /** A row of a table `[rows, cout]` that starts at zero, for each index `[n]` (float32); the last row without indices. */
  table(name: string, { rows, cout }: { rows: number; cout: number }): TableLayer {
    const weight = this.add(name, 'weight', { shape: [rows, cout], init: { kind: 'constant', value: 0 } })
    return (parameters, indices) => {
      const table = getParameter(parameters, weight) as Tensor2D
      return indices ? rowsAt(table, indices) : tf.slice(table, [rows - 1, 0], [1, cout])
    }
  }

  /** Group normalisation with learned scale and shift. */
  norm(name: string, channels: number, groups = 1): Norm {
    const weight = this.add(name, 'weight', { shape: [channels], init: { kind: 'constant', value: 1 } })
    const bias = this.add(name, 'bias', { shape: [channels], init: { kind: 'constant', value: 0 } })
    return (parameters, x, options = {}) =>
      groupNorm({
        ...{ x, scale: getParameter(parameters, weight), shift: getParameter(parameters, bias), groups },
        ...options,
      })
  }

  private affine(name: string, options: { shape: number[]; fanIn: number; zero?: boolean; isHidden?: true }) {
    const { shape, fanIn, zero = false, isHidden } = options
    const init: ParameterSpec['init'] = zero
      ? { kind: 'constant', value: 0 }
      : { kind: 'uniform', bound: 1 / Math.sqrt(fanIn) }
    return {
      weight: this.add(name, 'weight', { shape, init, ...(isHidden && { isHidden }) }),
      bias: this.add(name, 'bias', { shape: shape.slice(-1), init }),
    }
  }

  private add(name: string, part: string, spec: Omit<ParameterSpec, 'name'>): string {
    const full = `${this.network}.${name}.${part}`
    this.parameters.push({ name: full, ...spec })
    return full
  }
}
