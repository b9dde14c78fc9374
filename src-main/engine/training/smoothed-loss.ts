/** The average spans about this many steps. */
const memory = 100

/** The state of a smoothed loss; stored in checkpoints, so that a resumed run continues it. */
export interface SmoothedState {
  sum: number
  weight: number
}

/** An exponential average of the loss with the bias correction of Adam's moments. */
export class SmoothedLoss {
  private sum: number
  private weight: number

  constructor({ sum, weight }: SmoothedState = { sum: 0, weight: 0 }) {
    this.sum = sum
    this.weight = weight
  }

  add(loss: number): void {
    const keep = 1 - 1 / memory
    this.sum = keep * this.sum + (1 - keep) * loss
    this.weight = keep * this.weight + (1 - keep)
  }

  /** Null before the first step. */
  get value(): number | null {
    return this.weight > 0 ? this.sum / this.weight : null
  }

  get state(): SmoothedState {
    return { sum: this.sum, weight: this.weight }
  }
}
