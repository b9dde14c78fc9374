import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { quoted } from './remote-host.ts'
import { ShellCommand } from './shell.ts'
import type { CommandEnd, Shell } from './shell.ts'
import { ShellHost } from './shell-host.ts'
import { sshFailure } from './ssh-failures.ts'

/** A machine that OpenSSH reaches, with the keys, known hosts and configuration that are OpenSSH's own. */
export class SshHost extends ShellHost {
  /** @param host as the user would type it after `ssh` */
  constructor(host: string, env: NodeJS.ProcessEnv = process.env) {
    super(new SshShell(host, env))
  }
}

/** What the user's configuration may not change; the first one given of an option is the one that counts. */
const options = {
  // No password is asked for, and no host key is accepted: OpenSSH refuses instead.
  BatchMode: 'yes',
  ConnectTimeout: 15,
  // A connection that is silent for 15 seconds is lost.
  ServerAliveInterval: 5,
  ServerAliveCountMax: 3,
  ClearAllForwardings: 'yes',
  ForwardAgent: 'no',
  PermitLocalCommand: 'no',
  RemoteCommand: 'none',
  // Of what went wrong nothing may be left out, and nothing else is read.
  LogLevel: 'INFO',
}

const fixedOptions = [
  ...['-T', '-x'],
  ...Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
]

const programIn = (env: NodeJS.ProcessEnv): string => env['FLOWERBED_SSH'] || 'ssh'

function configurationIn(env: NodeJS.ProcessEnv): string[] {
  const file = env['FLOWERBED_SSH_CONFIG']
  return file ? ['-F', file] : []
}

/** The program ssh and its options, for a connection that is shared with nothing else. */
export const ownConnection = (env: NodeJS.ProcessEnv): string[] => [
  programIn(env),
  ...configurationIn(env),
  ...fixedOptions,
]

/** A line before which nothing is a command's output. */
const mark = 'flowerbed-output-begins'

class SshShell implements Shell {
  private readonly host: string
  private readonly env: NodeJS.ProcessEnv
  private sharing: Promise<string[]> | null = null
  private folder: string | null = null

  constructor(host: string, env: NodeJS.ProcessEnv) {
    this.host = host
    this.env = { ...env, LC_ALL: 'C' }
  }

  get name(): string {
    return this.host
  }

  async start(command: string): Promise<ShellCommand> {
    // The user's shell there may be any; messages are read in English.
    const script = `echo ${mark}; LC_ALL=C; export LC_ALL; ${command}`
    const args = [...(await this.connectionOptions()), '--', this.host, `exec sh -c ${quoted(script)}`]
    return new ShellCommand(this.program, args, { mark, env: this.env })
  }

  connectionError({ status, stderr, error }: CommandEnd): FlowerbedError | null {
    if (error) return new FlowerbedError('unavailable', errorText('ssh.notInstalled'), { cause: error })
    if (status !== 255 && status !== null) return null
    const login = ['ssh', ...this.configuration.map(word), this.host].join(' ')
    return sshFailure(stderr, { host: this.host, login })
  }

  async close(): Promise<void> {
    if (this.folder === null) return
    const { folder } = this
    this.folder = null
    this.sharing = null
    await this.controls('exit', ['-o', `ControlPath=${socketIn(folder)}`])
    rmSync(folder, { recursive: true, force: true })
  }

  private get program(): string {
    return programIn(this.env)
  }

  private get configuration(): string[] {
    return configurationIn(this.env)
  }

  private async connectionOptions(): Promise<string[]> {
    this.sharing ??= this.sharedConnection()
    return [...this.configuration, ...fixedOptions, ...(await this.sharing)]
  }

  /** Options by which all commands use one connection: the user's own where it is open already, else one of ours. */
  private async sharedConnection(): Promise<string[]> {
    // OpenSSH of Windows cannot share one.
    if (process.platform === 'win32') return []
    // Of a machine that asks for a password, a connection that the user has opened is the only way in.
    if (await this.controls('check')) return []
    // A socket's path may have about 100 bytes; macOS has a long folder for temporary files.
    this.folder = mkdtempSync(join(tmpdir().length < 60 ? tmpdir() : '/tmp', 'flowerbed-ssh-'))
    return [
      ...['-o', 'ControlMaster=auto', '-o', `ControlPath=${socketIn(this.folder)}`],
      // When this process is killed, the connection ends by itself.
      ...['-o', 'ControlPersist=60'],
    ]
  }

  /** Whether the process that holds the shared connection carried out a command. */
  private controls(command: 'check' | 'exit', given: string[] = []): Promise<boolean> {
    const args = [...this.configuration, ...given, '-O', command, '--', this.host]
    return new Promise((resolve) => {
      execFile(this.program, args, { env: this.env, timeout: 10_000 }, (error) => resolve(error === null))
    })
  }
}

const socketIn = (folder: string) => join(folder, 's')
const word = (text: string) => (/^[\w./:=@%+-]+$/.test(text) ? text : quoted(text))
