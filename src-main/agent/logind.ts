import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'

/** Where systemd looks for the configuration of logind; later ones win. */
const folders = ['/usr/lib/systemd', '/run/systemd', '/etc/systemd']

/**
 * Whether logind ends the processes of a user, training among them, when the last session of that user ends
 * (https://www.freedesktop.org/software/systemd/man/latest/logind.conf.html).
 * @param options.files contents of logind.conf and what it is completed by, in the order in which they count
 * @param options.linger what `loginctl show-user USER --property=Linger` printed; empty where it failed
 */
export function endsAtLogout({
  files,
  linger,
  user,
}: {
  files: readonly string[]
  linger: string
  user: string
}): boolean {
  if (/^Linger=yes$/m.test(linger)) return false
  const kills = settingOf(files, 'KillUserProcesses') ?? compiledIn(files, 'KillUserProcesses')
  if (!/^(yes|y|true|t|on|1)$/i.test(kills ?? 'no')) return false
  const only = wordsOf(settingOf(files, 'KillOnlyUsers') ?? '')
  const excluded = wordsOf(settingOf(files, 'KillExcludeUsers') ?? 'root')
  return (only.length === 0 || only.includes(user)) && !excluded.includes(user)
}

const wordsOf = (text: string) => text.split(/\s+/).filter((word) => word !== '')

/** The value that counts; undefined where it is not set. */
const settingOf = (files: readonly string[], name: string): string | undefined =>
  lastOf(files, new RegExp(String.raw`^[ \t]*${name}[ \t]*=[ \t]*(.*?)[ \t]*$`, 'gm'))

/** What systemd was built with: distributions say it in a comment of logind.conf. */
const compiledIn = (files: readonly string[], name: string): string | undefined =>
  lastOf(files, new RegExp(String.raw`^#${name}=(.*?)[ \t]*$`, 'gm'))

const lastOf = (files: readonly string[], pattern: RegExp): string | undefined =>
  [...files.join('\n').matchAll(pattern)].at(-1)?.[1]

/** The same of this machine; false where systemd does not run it. */
export async function endsAtLogoutHere(): Promise<boolean> {
  if (!existsSync('/run/systemd/system')) return false
  const user = userInfo().username
  const linger = existsSync(join('/var/lib/systemd/linger', user)) ? 'Linger=yes' : await lingerOf(user)
  return endsAtLogout({ files: logindFiles(), linger, user })
}

async function lingerOf(user: string): Promise<string> {
  try {
    const args = ['show-user', user, '--property=Linger']
    return (await promisify(execFile)('loginctl', args, { timeout: 10_000 })).stdout
  } catch {
    // Of a user who is not logged in it says only that.
    return ''
  }
}

function logindFiles(): string[] {
  // The logind.conf that wins, then those beside it by their names.
  const main = folders.map((folder) => join(folder, 'logind.conf')).findLast((file) => existsSync(file))
  const parts = new Map<string, string>()
  for (const folder of folders)
    for (const file of filesIn(join(folder, 'logind.conf.d'))) parts.set(basename(file), file)
  const ordered = [...parts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, file]) => file)
  return [...(main === undefined ? [] : [main]), ...ordered].map(textOf)
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).flatMap((name) => (name.endsWith('.conf') ? [join(folder, name)] : []))
  } catch {
    return []
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
