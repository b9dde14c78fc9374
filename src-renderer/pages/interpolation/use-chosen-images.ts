import { shallowRef } from 'vue'
import { keyframeLimits } from '#shared/sampling-messages.ts'
import type { InterpolationEnd } from '#shared/ipc.ts'
import type { RunRecord } from '#shared/schemas/run.ts'

/** The images of a run's interpolation, which path and grid share: the keyframes of one, the first corners of the other. */
export function useChosenImages(run: RunRecord) {
  const images = shallowRef<readonly InterpolationEnd[]>(
    run.datasetId === null
      ? []
      : [0, Math.floor(run.imageCount / 2)].map((index) => ({ kind: 'dataset', index })),
  )

  /** Puts an image in place of another, or after the last one. */
  function choose(position: number, image: InterpolationEnd): void {
    const { length } = images.value
    if (position >= Math.min(length + 1, keyframeLimits.max)) return
    images.value = images.value.toSpliced(position, 1, image)
  }
  /** Adds images after the last one, as many as there may be. */
  function add(more: readonly InterpolationEnd[]): void {
    images.value = [...images.value, ...more].slice(0, keyframeLimits.max)
  }
  function remove(position: number): void {
    images.value = images.value.toSpliced(position, 1)
  }
  function move(from: number, to: number): void {
    const moved = images.value[from]
    if (!moved || from === to || to < 0 || to >= images.value.length) return
    images.value = images.value.toSpliced(from, 1).toSpliced(to, 0, moved)
  }
  function reverse(): void {
    images.value = images.value.toReversed()
  }
  return { images, choose, add, remove, move, reverse }
}

export type ChosenImages = ReturnType<typeof useChosenImages>
