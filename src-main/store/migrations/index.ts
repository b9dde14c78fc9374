import { migration0010 } from './0010-initial.ts'

/** One change of the database's form; numbered in tens, so that one may be put between. */
export interface Migration {
  version: number
  sql: string
}

/** In order; the last one's version is what this Flowerbed writes. */
export const migrations: Migration[] = [migration0010]
