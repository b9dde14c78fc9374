import { Command } from 'commander'
import { expect, it } from 'vitest'
import { addTargetOptions, targetOf } from '../../../src-main/cli/commands/target/add-target.ts'
import type { TargetOptions } from '../../../src-main/cli/commands/target/add-target.ts'

/** The target that these words of the command line make. */
function parsed(name: string, ...words: string[]) {
  const command = addTargetOptions(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
  return targetOf(name, command.parse(words, { from: 'user' }).opts<TargetOptions>())
}

it('a target is what its options say', () => {
  expect(parsed('a', '--ssh', 'h')).toEqual({ kind: 'ssh', name: 'a', host: 'h', folder: '~/.flowerbed' })
  expect(parsed('a', '--slurm', 'login', '--minutes', '30', '--sbatch=--qos=x', '--sbatch=-H')).toMatchObject(
    {
      ...{ host: 'login', slurm: { minutes: 30, gpus: 0, extra: ['--qos=x', '-H'] } },
    },
  )
  expect(parsed('a', '--sky', '--resource', 'cpus=4')).toMatchObject({
    resources: { cpus: 4 },
    idleMinutes: 10,
  })
})

it.each([
  [['a'], 'one of --ssh HOST, --slurm HOST and --sky'],
  [['a', '--ssh', 'h', '--sky'], 'one of --ssh HOST, --slurm HOST and --sky'],
  [['a', '--ssh', 'h', '--gpus', '1'], '--gpus does not belong to a target of --ssh.'],
  [['a', '--slurm', 'h', '--idle-minutes', '1'], '--idle-minutes does not belong to a target of --slurm.'],
  [['a b', '--ssh', 'h'], 'A target’s name has letters'],
  [['a', '--ssh=-oProxyCommand=x'], 'no machine that OpenSSH can be given'],
  [['a', '--ssh', 'h', '--folder', 'there'], 'must begin with / or ~/'],
  [['a', '--slurm', 'h', '--sbatch', 'constraint'], '“slurm.extra.0” of this target cannot be read'],
  [['a', '--sky', '--resource', 'gpu'], 'Write it as key=value'],
])('%j is refused, saying why', ([name = '', ...words], said) => {
  expect(() => parsed(name, ...words)).toThrow(said)
})
