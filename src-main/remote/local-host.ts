import { hostname } from 'node:os'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { ShellCommand } from './shell.ts'
import type { CommandEnd, Shell } from './shell.ts'
import { ShellHost } from './shell-host.ts'

/** This machine, as a target: the login node of a cluster. */
export class LocalHost extends ShellHost {
  constructor(env: NodeJS.ProcessEnv = process.env) {
    super(new LocalShell(env))
  }
}

class LocalShell implements Shell {
  readonly name = hostname()
  private readonly env: NodeJS.ProcessEnv

  constructor(env: NodeJS.ProcessEnv) {
    this.env = { ...env, LC_ALL: 'C' }
  }

  start(command: string): Promise<ShellCommand> {
    return Promise.resolve(new ShellCommand('sh', ['-c', command], { killsGroup: true, env: this.env }))
  }

  connectionError({ error }: CommandEnd): FlowerbedError | null {
    return error ? new FlowerbedError('unavailable', errorText('remote.noShell'), { cause: error }) : null
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}
