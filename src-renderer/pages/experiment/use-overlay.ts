import { effectScope, onScopeDispose, shallowRef, triggerRef, watch } from 'vue'
import type { EffectScope, ShallowRef } from 'vue'
import { Smoother } from '../../charts/smoothing.ts'
import type { Curves } from '../../entities/runs/use-curves.ts'
import { useCurves } from '../../entities/runs/use-curves.ts'

interface Followed {
  scope: EffectScope
  curves: Readonly<ShallowRef<Curves>>
}

/** The curves of several runs, kept up with their training; a new map whenever one of them changed. */
export function useOverlay(runIds: () => string[]): Readonly<ShallowRef<Map<string, Curves>>> {
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
      const wanted = new Set(runIds())
      for (const id of wanted) if (!followed.has(id)) follow(id)
      for (const [id, { scope }] of followed) {
        if (wanted.has(id)) continue
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

/** Smooths curves that grow, each as far as it is new. */
export class Smoothers {
  private readonly kept = new WeakMap<Curves['store'], { of: string; smoother: Smoother }>()

  smooth(store: Curves['store'], { metric, weight }: { metric: string; weight: number }): Float64Array {
    const of = `${metric} ${weight} ${store.cuts}`
    let kept = this.kept.get(store)
    if (kept?.of !== of) {
      kept = { of, smoother: new Smoother(weight) }
      this.kept.set(store, kept)
    }
    return kept.smoother.update(store.values(metric))
  }
}
