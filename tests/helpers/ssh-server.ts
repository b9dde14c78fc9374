import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { cutProxy } from './cut-proxy.ts'
import type { CutProxy } from './cut-proxy.ts'
import { temporaryFolder } from './folder.ts'

const sshd = ['/usr/sbin/sshd', '/usr/bin/sshd', '/usr/local/sbin/sshd'].find((path) => existsSync(path))

/** Whether tests can have a server of OpenSSH here. */
export const hasSshd = process.platform !== 'win32' && sshd !== undefined

/** A server of OpenSSH on the loopback interface, behind a network that can fail. */
export interface SshServer {
  /**
   * `target` works; of `unknown` no host key is known, of `changed` another one; `denied` has a key that the server does not
   * know, `refused` a port without a server, `direct` no network that fails.
   */
  hosts: Record<'target' | 'unknown' | 'changed' | 'denied' | 'refused' | 'direct', string>
  network: CutProxy
  /** For `SshHost` and the command. */
  env: NodeJS.ProcessEnv
  stop: () => Promise<void>
}

/** Starts sshd for this user, with keys and configurations in a temporary folder. */
export async function sshServer(): Promise<SshServer> {
  if (sshd === undefined) throw new Error('There is no sshd.')
  const folder = temporaryFolder('sshd')
  const path = (name: string) => join(folder.path, name)
  for (const name of ['host', 'other-host', 'user', 'other-user'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', path(name)])
  const publicKey = (name: string) => readFileSync(path(`${name}.pub`), 'utf8').trim()
  writeFileSync(path('authorized'), `${publicKey('user')}\n`)
  // Where root starts it, it wants this folder.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  const port = await freePort()
  writeFileSync(
    path('sshd_config'),
    [
      ...[`Port ${port}`, 'ListenAddress 127.0.0.1', `HostKey ${path('host')}`],
      ...[`PidFile ${path('sshd.pid')}`, `AuthorizedKeysFile ${path('authorized')}`],
      ...['PasswordAuthentication no', 'KbdInteractiveAuthentication no', 'UsePAM no', 'StrictModes no'],
      ...['PermitRootLogin yes', 'MaxStartups 100', 'PrintMotd no'],
    ].join('\n'),
  )
  const server = spawn(sshd, ['-D', '-e', '-f', path('sshd_config')], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  server.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const ended = new Promise<void>((resolve) => server.once('close', () => resolve()))
  await listening(port, () => (server.exitCode === null ? null : said))
  const network = await cutProxy(port)
  const closed = await freePort()
  writeClientConfig(path, { port, proxied: network.port, closed, publicKey })
  return {
    hosts: Object.fromEntries(names.map((name) => [name, name])) as SshServer['hosts'],
    network,
    env: { ...process.env, FLOWERBED_SSH_CONFIG: path('ssh_config') },
    stop: async () => {
      network.stop()
      server.kill()
      await ended
      folder.remove()
    },
  }
}

const names = ['target', 'unknown', 'changed', 'denied', 'refused', 'direct'] as const

function writeClientConfig(
  path: (name: string) => string,
  given: { port: number; proxied: number; closed: number; publicKey: (name: string) => string },
): void {
  const { port, proxied, closed, publicKey } = given
  const known = (name: string) =>
    [port, proxied].map((one) => `[127.0.0.1]:${one} ${publicKey(name)}\n`).join('')
  writeFileSync(path('known'), known('host'))
  writeFileSync(path('changed'), known('other-host'))
  writeFileSync(path('nothing'), '')
  const host = (name: string, options: { port?: number; known?: string; key?: string }) =>
    [
      `Host ${name}`,
      `  Port ${options.port ?? proxied}`,
      `  UserKnownHostsFile ${path(options.known ?? 'known')}`,
      `  IdentityFile ${path(options.key ?? 'user')}`,
    ].join('\n')
  writeFileSync(
    path('ssh_config'),
    [
      host('target', {}),
      host('direct', { port }),
      host('unknown', { known: 'nothing' }),
      host('changed', { known: 'changed' }),
      host('denied', { key: 'other-user' }),
      host('refused', { port: closed }),
      'Host target direct unknown changed denied refused',
      ...[
        '  HostName 127.0.0.1',
        `  User ${userInfo().username}`,
        '  IdentitiesOnly yes',
        '  IdentityAgent none',
      ],
      '  GlobalKnownHostsFile none',
      '',
    ].join('\n'),
  )
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return port
}

/** Resolves when something listens on the port. @param failure what the server said where it has ended */
async function listening(port: number, failure: () => string | null): Promise<void> {
  for (;;) {
    const said = failure()
    if (said !== null) throw new Error(`sshd has ended: ${said}`)
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
      socket.once('connect', () => socket.destroy())
    })
    if (isOpen) return
    await delay(20)
  }
}
