import { errorText } from '#shared/error-text.ts'
import type { ErrorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'

/** What ssh writes for the causes that a user can do something about, in the order in which they are looked for. */
const causes: [pattern: RegExp, text: (host: string, login: string) => ErrorText][] = [
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED|Host key for .+ has changed/,
    (host, login) => errorText('ssh.hostKeyChanged', { host, login }),
  ],
  [
    /Host key verification failed|No \S+ host key is known/,
    (host, login) => errorText('ssh.hostKeyUnknown', { host, login }),
  ],
  [
    /Permission denied \(|Too many authentication failures|No more authentication methods/i,
    (host, login) => errorText('ssh.denied', { host, login }),
  ],
  [/Could not resolve hostname/i, (host) => errorText('ssh.notResolved', { host })],
  [/connect to .+: Connection refused/i, (host) => errorText('ssh.refused', { host })],
  [/No route to host|Network is unreachable/i, (host) => errorText('ssh.unreachable', { host })],
  [/timed out|Connection timeout|not responding/i, (host) => errorText('ssh.timedOut', { host })],
]

/** Why ssh has no connection, from what it wrote. @param login the command that a user types to log in */
export function sshFailure(stderr: string, { host, login }: { host: string; login: string }): FlowerbedError {
  const known = causes.find(([pattern]) => pattern.test(stderr))
  if (known) return new FlowerbedError('unavailable', known[1](host, login))
  const said = lastLine(stderr)
  return new FlowerbedError(
    'unavailable',
    said === '' ? errorText('ssh.lost', { host }) : errorText('ssh.lostSaying', { host, said }),
  )
}

/** The last line that says something. */
export const lastLine = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .findLast((line) => line !== '') ?? ''
