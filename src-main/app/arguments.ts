import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

/** The value of `--name=value` among a program's arguments. */
export function switchValue(argv: string[], name: string): string | undefined {
  const prefix = `--${name}=`
  return argv.find((argument) => argument.startsWith(prefix))?.slice(prefix.length)
}

/** Files and folders among the arguments of a start, without the program and the app's own folder. */
export function pathsAmong(argv: string[], options: { directory: string; app: string[] }): string[] {
  const own = new Set(options.app.map((path) => resolve(path)))
  return argv
    .slice(1)
    .filter((argument) => !argument.startsWith('-'))
    .map((argument) => resolve(options.directory, argument))
    .filter((path) => !own.has(path) && existsSync(path))
}
