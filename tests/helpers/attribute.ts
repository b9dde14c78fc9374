import type { AttributeDocument } from '#shared/schemas/attribute.ts'
import type { Database } from '../../src-main/database/driver.ts'
import type { Store } from '../../src-main/database/store.ts'

const document: AttributeDocument = {
  add: { kind: 'label', label: 'happy', others: false },
  subtract: { kind: 'images', images: [{ kind: 'dataset', index: 2 }] },
  ...{ space: 'code', step: 4, size: 0.5, added: 9, subtracted: 1 },
}
/** As `attributesOf` answers what `addAttribute` has added. */
export const anAttribute = {
  ...document,
  ...{ id: 'd', runId: 'r1', name: 'Smile', createdAt: 7, values: [0.5, -2] },
}

/** Adds the row of an attribute to the first run. */
export function addAttribute(db: Database): void {
  db.prepare("INSERT INTO attributes VALUES ('d', 1, 'Smile', ?, ?, 7)").run(
    JSON.stringify(document),
    Buffer.from(Float32Array.of(0.5, -2).buffer),
  )
}

/** A run's attributes with their numbers. */
export const attributesOf = (store: Store, run: number) =>
  store.attributes.list(run).map((one) => ({ ...one, values: [...store.attributes.direction(run, one.id)] }))
