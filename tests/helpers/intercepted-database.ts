import type { Database } from '../../src-main/database/driver.ts'

/** A database whose statements of one kind fail. */
export function refusing(db: Database, statement: RegExp, error: Error): Database {
  return before(db, statement, () => {
    throw error
  })
}

/** A database that does something of its own before statements of one kind. */
export function before(db: Database, statement: RegExp, action: () => void): Database {
  return new Proxy(db, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        if (name === 'prepare' && statement.test(String(args[0]))) action()
        return Reflect.apply(value, target, args) as unknown
      }
    },
  })
}
