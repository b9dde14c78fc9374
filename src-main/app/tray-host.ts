import { execFile } from 'node:child_process'

/** Asks the session's bus whether a panel shows tray icons; the first of these programs that is there answers. */
const questions: [program: string, args: string[]][] = [
  [
    'gdbus',
    ['call', '--session', '--dest', 'org.freedesktop.DBus', '--object-path', '/org/freedesktop/DBus'].concat([
      '--method',
      'org.freedesktop.DBus.NameHasOwner',
      'org.kde.StatusNotifierWatcher',
    ]),
  ],
  [
    'dbus-send',
    ['--session', '--print-reply', '--dest=org.freedesktop.DBus', '/org/freedesktop/DBus'].concat([
      'org.freedesktop.DBus.NameHasOwner',
      'string:org.kde.StatusNotifierWatcher',
    ]),
  ],
]
const timeoutMs = 1500

/**
 * Whether the system shows a tray icon. On Linux not every desktop does, and an icon that nobody shows would leave the
 * user without a way back to a hidden window.
 */
export async function hasTray(platform: NodeJS.Platform = process.platform): Promise<boolean> {
  if (platform !== 'linux') return true
  for (const [program, args] of questions) {
    const answer = await output(program, args)
    if (answer !== null) return /\btrue\b/.test(answer)
  }
  return false
}

/** What a program prints; null where it is not there or fails. */
async function output(program: string, args: string[]): Promise<string | null> {
  return await new Promise((resolve) => {
    execFile(program, args, { timeout: timeoutMs }, (error, stdout) => resolve(error ? null : stdout))
  })
}
