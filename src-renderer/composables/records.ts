import { shallowRef } from 'vue'
import type { ShallowRef } from 'vue'
import { ChangeTracker } from './latest-only.ts'
import { useNotices } from './notices.ts'

/** Records by id, kept current by main's events and by the answers to requests; an older answer replaces no newer event. */
export interface Records<T extends { id: string }> {
  byId: Readonly<ShallowRef<ReadonlyMap<string, T>>>
  /** Ids with a pending action, so that a button is not pressed twice. */
  busy: Readonly<ShallowRef<ReadonlySet<string>>>
  /** Call for an event that reports a new or changed record. */
  changed: (record: T) => void
  /** Call for an event that reports a deletion. */
  deleted: (id: string) => void
  /** Replaces all records by the answer of `list`. */
  load: () => Promise<void>
  /** Stores the record that `task` answers, and returns it. @throws what `task` throws */
  store: (task: () => Promise<T>) => Promise<T>
  /** As `store`, with `id` busy meanwhile; an error becomes a notice. */
  act: (id: string, task: () => Promise<T>) => Promise<T | null>
}

export function useRecords<T extends { id: string }>(list: () => Promise<T[]>): Records<T> {
  const notices = useNotices()
  const byId = shallowRef<ReadonlyMap<string, T>>(new Map())
  const busy = shallowRef<ReadonlySet<string>>(new Set())
  const changes = new ChangeTracker()

  function put(record: T): void {
    byId.value = new Map(byId.value).set(record.id, record)
  }
  async function store(task: () => Promise<T>): Promise<T> {
    const isChangedSince = changes.begin()
    const record = await task()
    if (!isChangedSince(record.id)) put(record)
    return record
  }

  return {
    ...{ byId, busy, store },
    changed: (record) => {
      changes.mark(record.id)
      put(record)
    },
    deleted: (id) => {
      changes.mark(id)
      byId.value = new Map([...byId.value].filter(([key]) => key !== id))
    },
    load: async () => {
      const isChangedSince = changes.begin()
      const found = (await list()).filter(({ id }) => !isChangedSince(id))
      const newer = [...byId.value.values()].filter(({ id }) => isChangedSince(id))
      byId.value = new Map([...found, ...newer].map((record) => [record.id, record]))
    },
    act: async (id, task) => {
      busy.value = new Set(busy.value).add(id)
      try {
        return await store(task)
      } catch (error) {
        notices.addError(error)
        return null
      } finally {
        busy.value = new Set([...busy.value].filter((other) => other !== id))
      }
    },
  }
}
