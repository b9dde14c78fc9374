import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

/** The value of `--name=value` among a program's arguments. */
export function switchValue(argv: string[], name: string): string | undefined {
  const prefix = `--${name}=`
  return argv.find((argument) => argument.startsWith(prefix))?.slice(prefix.length)
}

/**
 * Files and folders among the arguments of a start, without the program and the app's own folder. What stands before the
 * app is Electron's own, such as a module to load first (`-r module`).
 */
export function pathsAmong(argv: string[], options: { directory: string; app: string[] }): string[] {
  const appPaths = new Set(options.app.map((path) => resolve(path)))
  const given = argv.slice(1)
  const appAt = given.findLastIndex((argument) => appPaths.has(resolve(options.directory, argument)))
  return given
    .slice(appAt + 1)
    .filter((argument) => !argument.startsWith('-'))
    .map((argument) => resolve(options.directory, argument))
    .filter((path) => existsSync(path))
}
