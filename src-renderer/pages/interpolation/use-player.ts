import { usePreferredReducedMotion, useRafFn } from '@vueuse/core'
import { computed, shallowRef, watch } from 'vue'
import { playingOrder } from '#shared/schemas/image-file.ts'

/** Frames per second of the preview at speed 1. */
export const previewRate = 30
export const speeds = [0.25, 0.5, 1, 2] as const
/** After a pause of the window no more than this is caught up, in milliseconds. */
const longestStep = 250

/** The order of frames after some time: which position is shown, and the time that is left over. */
export function advance(
  position: number,
  options: { length: number; elapsedMs: number; rate: number },
): { position: number; restMs: number } {
  const { length, elapsedMs, rate } = options
  const frameMs = 1000 / rate
  const steps = Math.floor(elapsedMs / frameMs)
  return { position: (position + steps) % length, restMs: elapsedMs - steps * frameMs }
}

/**
 * Plays frames that are there already, 30 a second. It starts by itself where there are new ones, unless the user prefers
 * reduced motion.
 * @param options.frames what is played; another one starts again
 */
export function usePlayer(options: {
  frames: () => { count: number }
  backAndForth: () => boolean
  speed: () => number
}) {
  const { frames, backAndForth, speed } = options
  const motion = usePreferredReducedMotion()
  const order = computed(() => playingOrder(frames().count, backAndForth()))
  const position = shallowRef(0)
  let elapsedMs = 0

  const { isActive, pause, resume } = useRafFn(
    ({ delta }) => {
      const next = advance(position.value, {
        length: order.value.length,
        elapsedMs: elapsedMs + Math.min(delta, longestStep),
        rate: previewRate * speed(),
      })
      position.value = next.position
      elapsedMs = next.restMs
    },
    { immediate: false },
  )
  /** The frame that is shown; the user sets it. */
  const frame = computed({
    get: () => order.value[position.value] ?? 0,
    set: (value: number) => {
      position.value = Math.min(Math.max(0, value), frames().count - 1)
    },
  })
  watch(
    frames,
    () => {
      position.value = 0
      if (motion.value !== 'reduce') resume()
    },
    { immediate: true },
  )
  watch(order, ({ length }) => {
    if (position.value >= length) position.value = 0
  })

  function toggle(): void {
    if (isActive.value) pause()
    else resume()
  }
  /** Stops at a frame. */
  function show(value: number): void {
    pause()
    frame.value = value
  }
  return { frame, isPlaying: isActive, toggle, pause, show }
}
