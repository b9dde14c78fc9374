import { migration0010 } from './0010-initial.ts'
import { migration0020 } from './0020-experiments.ts'

/** One change of the database's form; numbered in tens, so that one may be put between. */
export interface Migration {
  version: number
  sql: string
}

/** In order; the last one's version is what this Flowerbed writes. */
export const migrations: Migration[] = [migration0010, migration0020]
