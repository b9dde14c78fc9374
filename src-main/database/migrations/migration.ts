/** One change of the database's schema; numbered in tens, so that one can be inserted. */
export interface Migration {
  version: number
  sql: string
}
