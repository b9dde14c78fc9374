import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ProcessIdentity } from '../../../src-main/files/process-identity.ts'
import {
  isRunning,
  isTaggedRunning,
  processTag,
  startByPs,
  thisProcess,
} from '../../../src-main/files/process-identity.ts'

const module = resolve(import.meta.dirname, '../../../src-main/files/process-identity.ts')
const printIdentity = `import(${JSON.stringify(module)}).then((m) => console.log(JSON.stringify(m.thisProcess())))`
const onLinux = process.platform === 'linux'
const mayUnshare =
  onLinux &&
  spawnSync('unshare', ['--pid', '--fork', '--mount-proc', process.execPath, '--version']).status === 0

const identityOf = (text: string) => JSON.parse(text) as ProcessIdentity

/** A process of its own that tells who it is and then waits. */
async function waitingChild(): Promise<{ identity: ProcessIdentity; end: () => Promise<void> }> {
  const child = spawn(process.execPath, ['-e', `${printIdentity}; setInterval(() => {}, 1000)`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await child.stdout.take(1).toArray()) as Buffer[]
  const ended = new Promise<void>((done) => child.once('exit', () => done()))
  return {
    identity: identityOf(String(line)),
    end: () => {
      child.kill('SIGKILL')
      return ended
    },
  }
}

test('this process runs, and says the same of itself each time', () => {
  expect(isRunning(thisProcess())).toBe('running')
  expect(thisProcess()).toEqual(thisProcess())
  expect(thisProcess().pid).toBe(process.pid)
})

test('another process runs until it is killed', async () => {
  const { identity, end } = await waitingChild()
  expect(isRunning(identity)).toBe('running')
  expect(isTaggedRunning(`.file.${processTag(identity)}-ab12.part`)).toBe('running')
  await end()
  expect(isRunning(identity)).toBe('ended')
  expect(isTaggedRunning(`.file.${processTag(identity)}-ab12.part`)).toBe('ended')
})

test('a process on another machine is elsewhere, whatever has its id here', () => {
  expect(isRunning({ ...thisProcess(), startedAt: null, host: 'another' })).toBe('elsewhere')
})

test('an id that no process can have belongs to one that ended', () => {
  for (const pid of [0, -1, 1.5, Number.NaN]) expect(isRunning({ ...thisProcess(), pid })).toBe('ended')
})

test('a tag tells the whole identity, and a name without one tells nothing', () => {
  expect(isTaggedRunning(processTag())).toBe('running')
  expect(isTaggedRunning(processTag({ ...thisProcess(), startedAt: null }))).toBe('running')
  expect(isTaggedRunning(processTag({ ...thisProcess(), startedAt: null, host: 'another' }))).toBe(
    'elsewhere',
  )
  expect(isTaggedRunning('.step-00000001.safetensors.ab12cd34.part')).toBeNull()
  expect(processTag()).toMatch(/^[\w-]{1,80}$/)
})

test('ps tells the start of a process that runs, and of no other', () => {
  if (process.platform === 'win32') return
  expect(startByPs(process.pid)).toMatch(/^[\da-f]{8}$/)
  expect(startByPs(process.pid)).toBe(startByPs(process.pid))
  expect(startByPs(spawnSync(process.execPath, ['--version']).pid)).toBeNull()
})

describe.runIf(onLinux)('on Linux', () => {
  const [ticks = '', boot = '', namespace = ''] = thisProcess().startedAt?.split('_') ?? []

  test('a process that was given the id of an ended one is not that one', () => {
    const before = { ...thisProcess(), startedAt: `${Number(ticks) - 1}_${boot}_${namespace}` }
    expect(isRunning(before)).toBe('ended')
    expect(isTaggedRunning(processTag(before))).toBe('ended')
  })

  test('what ran before the machine was started again has ended', () => {
    expect(isRunning({ ...thisProcess(), startedAt: `${ticks}_0badb007_${namespace}` })).toBe('ended')
    const other = { ...thisProcess(), startedAt: `${ticks}_0badb007_${namespace}`, host: 'another' }
    expect(isRunning(other)).toBe('elsewhere')
  })

  test('a machine that was renamed is still the same', () => {
    expect(isRunning({ ...thisProcess(), host: 'renamed' })).toBe('running')
  })

  test('a killed process that its parent has not asked for has ended', async () => {
    // The shell never waits for its child: it replaces itself by `sleep`.
    const script = `"${process.execPath}" -e '${printIdentity.replaceAll("'", '"')}' & exec sleep 60`
    const shell = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = (await shell.stdout.take(1).toArray()) as Buffer[]
    const identity = identityOf(String(line))
    await expect.poll(() => isRunning(identity), { timeout: 20_000 }).toBe('ended')
    expect(() => process.kill(identity.pid, 0)).not.toThrow()
    shell.kill('SIGKILL')
  })

  test.runIf(mayUnshare)('a process of another container is elsewhere (needs the right to unshare)', () => {
    const inside = ['--pid', '--fork', '--mount-proc', process.execPath, '-e']
    const identity = identityOf(execFileSync('unshare', [...inside, printIdentity], { encoding: 'utf8' }))
    expect(identity.pid).toBeLessThan(10)
    expect(isRunning(identity)).toBe('elsewhere')
    const ask = `import(${JSON.stringify(module)}).then((m) => console.log(m.isRunning(${JSON.stringify(thisProcess())})))`
    expect(execFileSync('unshare', [...inside, ask], { encoding: 'utf8' }).trim()).toBe('elsewhere')
    const self = `import(${JSON.stringify(module)}).then((m) => console.log(m.isRunning(m.thisProcess())))`
    expect(execFileSync('unshare', [...inside, self], { encoding: 'utf8' }).trim()).toBe('running')
    // With the /proc of the outer space left in place.
    const bare = ['--pid', '--fork', process.execPath, '-e', self]
    expect(execFileSync('unshare', bare, { encoding: 'utf8' }).trim()).toBe('running')
  })
})
