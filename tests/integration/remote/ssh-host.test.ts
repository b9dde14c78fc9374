import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { FlowerbedError, serializeError } from '#shared/errors.ts'
import { SshHost } from '../../../src-main/remote/ssh-host.ts'
import { hasSshd, sshServer } from '../../helpers/ssh-server.ts'
import type { SshServer } from '../../helpers/ssh-server.ts'

describe.skipIf(!hasSshd)('a machine reached by OpenSSH', () => {
  let server: SshServer
  const open: SshHost[] = []
  const hostOf = (name: string) => {
    const host = new SshHost(name, server.env)
    open.push(host)
    return host
  }
  beforeAll(async () => {
    server = await sshServer()
  })
  afterEach(async () => {
    for (const host of open.splice(0)) await host.close()
  })
  afterAll(() => server.stop())

  it('runs commands with input, and words with spaces and quotes arrive as they are', async () => {
    const host = hostOf('target')
    expect(await host.run('cat; printf %s "$LC_ALL"', { input: 'It’s “a” $HOME\n' })).toBe(
      'It’s “a” $HOME\nC',
    )
    const there = await Promise.all(Array.from({ length: 5 }, (_, i) => host.run(`echo ${i}`)))
    expect(there).toEqual(['0\n', '1\n', '2\n', '3\n', '4\n'])
  })

  it('passes lines on as they arrive, and ends with the command', async () => {
    const seen: [line: string, at: number][] = []
    const host = hostOf('target')
    const reading = host.lines('echo one; sleep 0.4; echo two; printf three', {
      onLine: (line) => seen.push([line, performance.now()]),
    })
    await reading
    expect(seen.map(([line]) => line)).toEqual(['one', 'two', 'three'])
    expect(seen[1]![1] - seen[0]![1]).toBeGreaterThan(200)
  })

  it.each([
    ['unknown', /host key of unknown is not known.*ssh -F \S+ssh_config unknown$/],
    ['changed', /host key of changed is not the one that is known/],
    ['denied', /denied did not let you in: permission denied.*no password/],
    ['refused', /refused refused the connection/],
    ['no-such-machine.invalid', /There is no machine named no-such-machine\.invalid/],
  ])('%s: says in one sentence why there is no connection', async (name, said) => {
    const thrown = await hostOf(name)
      .run('echo never')
      .catch((error: unknown) => error)
    expect(thrown).toBeInstanceOf(FlowerbedError)
    const { kind, message, hint } = serializeError(thrown)
    expect(kind).toBe('unavailable')
    expect(`${message} ${hint}`).toMatch(said)
  })

  it('says what a command that failed has written, and throws the error that an agent answers', async () => {
    const host = hostOf('target')
    await expect(host.run('echo "no such partition" >&2; exit 3')).rejects.toMatchObject({
      ...{ kind: 'crashed', message: 'target reports: no such partition' },
    })
    await expect(host.run('no-such-command')).rejects.toMatchObject({ kind: 'not-found' })
    await expect(host.run('exit 4')).rejects.toThrow('A command on target ended with status 4.')
    await expect(host.run('echo "No space left on device" >&2; exit 1')).rejects.toMatchObject({
      kind: 'no-space',
    })
    const error = JSON.stringify({ error: serializeError(new FlowerbedError('conflict', 'Busy.')) })
    await expect(host.run('cat; exit 1', { input: error })).rejects.toMatchObject({
      kind: 'conflict',
      message: 'Busy.',
    })
  })

  it('a connection that is cut ends a command as unavailable, and the next command connects again', async () => {
    const host = hostOf('target')
    let told = false
    const reading = host.lines('echo begun; sleep 60', {
      onLine: () => {
        told = true
        server.network.cut()
      },
    })
    await expect(reading).rejects.toMatchObject({ kind: 'unavailable' })
    expect(told).toBe(true)
    expect(await host.run('echo again')).toBe('again\n')
  })

  it('a command without a sign of life is given up, and a cancelled one ends at once', async () => {
    const host = hostOf('target')
    await expect(host.run('sleep 60', { timeoutMs: 500 })).rejects.toMatchObject({
      ...{ kind: 'unavailable', message: 'target does not answer.' },
    })
    const lines: string[] = []
    const reading = host.lines('for i in 1 2 3 4 5; do echo $i; sleep 0.6; done; sleep 60', {
      ...{ timeoutMs: 2500, onLine: (line) => lines.push(line) },
    })
    await expect(reading).rejects.toMatchObject({ kind: 'unavailable' })
    expect(lines).toEqual(['1', '2', '3', '4', '5'])
  })

  it('a cancelled command ends at once, and the others on the connection go on', async () => {
    const host = hostOf('target')
    const stop = new AbortController()
    const running = host.run('sleep 60', { signal: stop.signal })
    const other = host.run('sleep 1; echo done')
    setTimeout(() => stop.abort(), 500)
    await expect(running).rejects.toMatchObject({ kind: 'cancelled' })
    expect(await other).toBe('done\n')
    await expect(host.run('true', { signal: stop.signal })).rejects.toMatchObject({ kind: 'cancelled' })
  })

  it('a missing ssh is said', async () => {
    const host = new SshHost('target', { ...server.env, FLOWERBED_SSH: '/nowhere/ssh' })
    await expect(host.run('true')).rejects.toMatchObject({
      ...{ kind: 'unavailable', message: 'OpenSSH cannot be started on this machine.' },
    })
  })
})
