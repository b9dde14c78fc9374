import { inject, provide, shallowRef } from 'vue'
import type { InjectionKey, ShallowRef } from 'vue'

/** The x value under the pointer; null without a pointer. */
export type Crosshair = ShallowRef<number | null>

const key: InjectionKey<Crosshair> = Symbol('crosshair')

/** Gives all charts below a component one crosshair. They must show the same axis. */
export function shareCrosshair(): void {
  provide(key, shallowRef(null))
}

/** The crosshair that is shared with other charts, or one of the chart's own. */
export const useCrosshair = (): Crosshair => inject(key, () => shallowRef(null), true)
