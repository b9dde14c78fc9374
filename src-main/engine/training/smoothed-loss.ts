/** About this many steps are looked back on. */
const memory = 100

/** What a smoothed loss is made of; kept in checkpoints, so that a resumed run goes on with it. */
export interface SmoothedState {
  sum: number
  weight: number
}

/** An exponential average of the loss without its bias towards the start (as Adam's moments are corrected). */
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

  /** null before the first step. */
  get value(): number | null {
    return this.weight > 0 ? this.sum / this.weight : null
  }

  get state(): SmoothedState {
    return { sum: this.sum, weight: this.weight }
  }
}
