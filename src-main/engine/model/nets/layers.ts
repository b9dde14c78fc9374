import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import type { ParameterSpec, Parameters } from '../flow/system.ts'
import { conv2d, dense, groupNorm } from './ops.ts'
import type { Film } from './ops.ts'
import { recomputed } from './recompute.ts'

type Layer<T> = (parameters: Parameters, x: T) => T
/** What goes right before and after a normalisation (`groupNorm`). */
interface Around {
  offset?: Tensor2D
  film?: Film
  relu?: boolean
}
type Norm = (parameters: Parameters, x: Tensor4D, around?: Around) => Tensor4D
/** Several layers, from one or more `[n, h, w, c]`, with the time `[n, c]` in a network that is told it. */
export type Block = (parameters: Parameters, inputs: Tensor4D[], time: Tensor2D | null) => Tensor4D

/**
 * Declares a network's parameters while its layers are being put together: each method adds what the layer needs under
 * `<network>.<name>.…` and answers the layer as a function of the parameters. Weights and biases start as PyTorch's do:
 * U(−1/√fanIn, 1/√fanIn).
 */
export class Layers {
  readonly parameters: ParameterSpec[] = []
  private readonly network: string
  private readonly checkpointing: boolean

  /** With `checkpointing` the insides of blocks are computed again for the gradient rather than kept. */
  constructor(network: string, { checkpointing = false }: { checkpointing?: boolean } = {}) {
    this.network = network
    this.checkpointing = checkpointing
  }

  /** The layers that `build` puts together, as one whose inside need not be kept. */
  block(build: () => Block): Block {
    const declared = this.parameters.length
    const inside = build()
    if (!this.checkpointing) return inside
    const names = this.parameters.slice(declared).map(({ name }) => name)
    return (parameters, inputs, time) =>
      recomputed(
        (all) => {
          const weights = all.slice(-names.length)
          const own = Object.fromEntries(names.map((name, i) => [name, weights[i] as Tensor]))
          const [timeAgain] = all.slice(inputs.length) as Tensor2D[]
          return inside(own, all.slice(0, inputs.length) as Tensor4D[], time && (timeAgain as Tensor2D))
        },
        [...inputs, ...(time ? [time] : []), ...names.map((name) => take(parameters, name))],
      )
  }

  /** k × k convolution, `cin` → `cout` channels; `zero` starts it at nought, so that it first says nothing. */
  conv(name: string, size: { cin: number; cout: number; k?: number; zero?: boolean }): Layer<Tensor4D> {
    const { cin, cout, k = 3, zero = false } = size
    const { weight, bias } = this.affine(name, { shape: [k, k, cin, cout], fanIn: k * k * cin, zero })
    return (parameters, x) => conv2d(x, take(parameters, weight), take(parameters, bias))
  }

  /** Fully connected, `cin` → `cout`. */
  dense(name: string, size: { cin: number; cout: number; zero?: boolean }): Layer<Tensor2D> {
    const { cin, cout, zero = false } = size
    const { weight, bias } = this.affine(name, { shape: [cin, cout], fanIn: cin, zero })
    return (parameters, x) => dense(x, take(parameters, weight), take(parameters, bias))
  }

  /** Group normalisation and what comes right before and after it. */
  norm(name: string, channels: number, groups = 1): Norm {
    const weight = this.add(name, 'weight', [channels], { kind: 'constant', value: 1 })
    const bias = this.add(name, 'bias', [channels], { kind: 'constant', value: 0 })
    return (parameters, x, around = {}) =>
      groupNorm({ x, scale: take(parameters, weight), shift: take(parameters, bias), groups, ...around })
  }

  private affine(name: string, options: { shape: number[]; fanIn: number; zero: boolean }) {
    const { shape, fanIn, zero } = options
    const init: ParameterSpec['init'] = zero
      ? { kind: 'constant', value: 0 }
      : { kind: 'uniform', bound: 1 / Math.sqrt(fanIn) }
    return {
      weight: this.add(name, 'weight', shape, init),
      bias: this.add(name, 'bias', shape.slice(-1), init),
    }
  }

  // eslint-disable-next-line max-params -- the four parts of a parameter, used three lines above only
  private add(name: string, part: string, shape: number[], init: ParameterSpec['init']): string {
    const full = `${this.network}.${name}.${part}`
    this.parameters.push({ name: full, shape, init })
    return full
  }
}

/** A parameter by name; missing ones are a mistake of the caller's. */
export function take(parameters: Parameters, name: string) {
  const parameter = parameters[name]
  if (!parameter) throw new Error(`parameter ${name} is missing`)
  return parameter
}
