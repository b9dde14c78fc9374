import type { Easing } from '#shared/sampling-messages.ts'

/** The progress at a share of the time; each is strictly increasing, from 0 at 0 to 1 at 1. */
const curves: Record<Easing, (time: number) => number> = {
  linear: (time) => time,
  'ease-in': (time) => time ** 2,
  'ease-out': (time) => time * (2 - time),
  'ease-in-out': (time) => time ** 2 * (3 - 2 * time),
}

/** The progress of each of `frames` evenly timed frames along an easing curve: exactly 0 first and 1 last. */
export function easedProgress(frames: number, easing: Easing): number[] {
  return Array.from({ length: frames }, (_, i) => (i === 0 ? 0 : curves[easing](i / (frames - 1))))
}
