import { effectScope, onScopeDispose, shallowRef, triggerRef, watch } from 'vue'
import type { EffectScope, ShallowRef } from 'vue'
import type { Curves } from './use-curves.ts'
import { useCurves } from './use-curves.ts'

interface Followed {
  scope: EffectScope
  curves: Readonly<ShallowRef<Curves>>
}

/** The curves of several runs by id, kept up with their training; triggers whenever one of them changed. */
export function useCurvesByRun(runIds: () => string[]): Readonly<ShallowRef<Map<string, Curves>>> {
  const followed = new Map<string, Followed>()
  const shown = shallowRef(new Map<string, Curves>())

  function follow(id: string): void {
    const scope = effectScope()
    scope.run(() => {
      const { curves } = useCurves(() => id)
      followed.set(id, { scope, curves })
      watch(
        curves,
        (now) => {
          shown.value.set(id, now)
          triggerRef(shown)
        },
        { immediate: true },
      )
    })
  }

  watch(
    () => runIds().join(' '),
    () => {
      const ids = new Set(runIds())
      for (const id of ids) if (!followed.has(id)) follow(id)
      for (const [id, { scope }] of followed) {
        if (ids.has(id)) continue
        scope.stop()
        followed.delete(id)
        shown.value.delete(id)
      }
      triggerRef(shown)
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    for (const { scope } of followed.values()) scope.stop()
  })
  return shown
}
