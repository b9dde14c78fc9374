import type { Command } from 'commander'
import type { StoredTarget } from '../../../database/repositories/targets.ts'
import { openStore } from '../../../database/store.ts'
import type { Store } from '../../../database/store.ts'
import { dataDirectory } from '../../../files/data-folder.ts'
import { removeTarget } from '../../../remote/remove-target.ts'
import { dataDirOption, jsonOption } from '../../support/options.ts'
import { answer, say } from '../../support/output.ts'
import { addTargetOptions, targetOf } from './add-target.ts'
import type { TargetOptions } from './add-target.ts'
import { removeCluster, stopCluster } from './end-cluster.ts'
import { diagnoseTarget } from './target-doctor.ts'
import { placeOf, resourcesOf } from './words.ts'

interface Options {
  dataDir?: string
  json?: boolean
}

export function addTarget(program: Command): void {
  const target = program
    .command('target')
    .description('other machines and clusters that train runs')
    .addOption(dataDirOption())
    .addOption(jsonOption())
  addTargetOptions(
    target
      .command('add')
      .description('add a machine or a cluster; nothing is connected to or installed yet')
      .argument('<name>', 'what to call it'),
  ).action((name: string, _: object, command: Command) =>
    add(name, command.optsWithGlobals<Options & TargetOptions>()),
  )
  target
    .command('list')
    .description('list the targets, and what they last said of themselves')
    .action((_: object, command: Command) => list(command.optsWithGlobals()))
  target
    .command('remove')
    .description('forget a target; what lies there stays')
    .argument('<name>')
    .option('--cluster', 'SkyPilot: delete its machine, with all that lies there')
    .option('--yes', 'with --cluster: delete it without asking')
    .action((name: string, _: object, command: Command) => remove(name, command.optsWithGlobals()))
  target
    .command('stop')
    .description('SkyPilot: stop the machine of a target; its disk stays, and the next run starts it again')
    .argument('<name>')
    .option('--yes', 'stop it without asking')
    .action((name: string, _: object, command: Command) => stop(name, command.optsWithGlobals()))
  target
    .command('doctor')
    .description('connect to a target, and say what is there, what is missing and what to do')
    .argument('<name>')
    .option('--install', 'install what is missing: Flowerbed, Node and TensorFlow, without root')
    .action((name: string, _: object, command: Command) => doctor(name, command.optsWithGlobals()))
}

/** Opens the history for `work`, and closes it. */
export function withTargets<T>(
  { dataDir, writes }: { dataDir: string | undefined; writes: boolean },
  work: (store: Store) => T,
): T {
  const store = openStore(dataDirectory(dataDir), { reading: !writes })
  try {
    return work(store)
  } finally {
    store.close()
  }
}

function add(name: string, { dataDir, json = false, ...options }: Options & TargetOptions): void {
  const target = targetOf(name, options)
  withTargets({ dataDir, writes: true }, ({ targets }) => targets.add(target))
  say(
    `Added ${name}: ${placeOf(target)}. Check and prepare it with: flowerbed target doctor ${name} --install`,
  )
  answer(json, { target })
}

function list({ dataDir, json = false }: Options): void {
  const found = withTargets({ dataDir, writes: false }, ({ targets }) => targets.list())
  if (found.length === 0) say('There are no targets. Add one with: flowerbed target add NAME --ssh HOST')
  for (const stored of found) say(lineOf(stored))
  answer(json, { targets: found })
}

async function doctor(
  name: string,
  { dataDir, json = false, install = false }: Options & { install?: boolean },
): Promise<void> {
  const { target } = withTargets({ dataDir, writes: false }, ({ targets }) => targets.get(name))
  const { program, report } = await diagnoseTarget(target, { install })
  withTargets({ dataDir, writes: true }, ({ targets }) => targets.saw(name, report))
  answer(json, { target, folder: program.folder, version: program.version, report })
}

function lineOf({ target, seen }: StoredTarget): string {
  const parts = [
    `${target.name}  ${placeOf(target)}`,
    ...(seen === null
      ? ['not connected to yet']
      : [resourcesOf(seen.report), `seen ${new Date(seen.at).toLocaleString()}`]),
  ]
  return parts.join(' · ')
}

async function remove(
  name: string,
  { dataDir, json = false, cluster = false, yes = false }: Options & { cluster?: boolean; yes?: boolean },
): Promise<void> {
  if (cluster) {
    await removeCluster(name, { dataDir, yes })
    answer(json, { removed: name, cluster: true })
    return
  }
  withTargets({ dataDir, writes: true }, (store) => removeTarget(store, name))
  say(`Removed ${name}. What lies there stays as it is.`)
  answer(json, { removed: name })
}

async function stop(
  name: string,
  { dataDir, json = false, yes = false }: Options & { yes?: boolean },
): Promise<void> {
  await stopCluster(name, { dataDir, yes })
  answer(json, { stopped: name })
}
