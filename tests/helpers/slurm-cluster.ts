import { execFile, execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { temporaryFolder } from './folder.ts'
import { freePorts } from './free-ports.ts'
import { endDaemons, startDaemon, watchTest } from './slurm-daemons.ts'
import type { Daemon } from './slurm-daemons.ts'

/** A Slurm of its own: controller, authentication and one node, this machine. */
export interface SlurmCluster {
  node: string
  /** What a command of Slurm needs to reach this cluster. */
  env: NodeJS.ProcessEnv
  /** Runs a command there and answers what it printed. */
  run: (command: string, ...args: string[]) => Promise<string>
  /** Ends the controller, as when its machine restarts; jobs go on. */
  stopController: () => Promise<void>
  startController: () => Promise<void>
  /** Ends all jobs and daemons. */
  stop: () => Promise<void>
}

export interface SlurmClusterOptions {
  /** Processors that jobs may take; more than the machine has is allowed. */
  cpus?: number
  gpus?: number
}

/** Why tests with Slurm are left out. */
export const withoutSlurm = 'slurm is not installed'

const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms))
const run = promisify(execFile)

/** The version of Slurm here, as [22, 5]; null where it or a command that starts it is not installed. */
function slurmVersion(): number[] | null {
  const folders = (daemonEnv({}).PATH ?? '').split(delimiter)
  const needed = ['munged', 'slurmctld', 'slurmd', 'sbatch', 'setpriv']
  if (!needed.every((name) => folders.some((folder) => existsSync(join(folder, name))))) return null
  const said = execFileSync('slurmctld', ['-V'], { encoding: 'utf8', env: daemonEnv({}) })
  return /(\d+)\.(\d+)/.exec(said)?.slice(1).map(Number) ?? null
}

/** Debian keeps daemons where only root looks for commands. */
const daemonEnv = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...process.env,
  ...env,
  PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin`,
})

/**
 * Starts Slurm without systemd, cgroups and accounting. Partitions: `low`, the default, whose jobs are requeued when `high`
 * needs the node; `down`, where nothing starts; `brief`, of jobs of a minute at most.
 * @returns null where Slurm is not installed or cannot run
 */
export async function startSlurmCluster(options: SlurmClusterOptions = {}): Promise<SlurmCluster | null> {
  const version = slurmVersion()
  if (!version) return null
  const folder = temporaryFolder('slurm')
  const conf = join(folder.path, 'slurm.conf')
  const env = { ...process.env, SLURM_CONF: conf }
  const daemons = new Map<string, Daemon>()
  const endWatch = watchTest(folder.path)
  const start = (name: string, ...args: string[]) => {
    const log = join(folder.path, `${name}.log`)
    daemons.set(name, startDaemon(name, args, { env: daemonEnv(env), log }))
  }
  const command = async (name: string, ...args: string[]) => (await run(name, args, { env })).stdout
  const cluster: SlurmCluster = {
    node: nodeName(),
    env,
    run: command,
    stopController: async () => {
      await daemons.get('slurmctld')?.end()
    },
    startController: async () => {
      start('slurmctld', '-D')
      await until(() => command('scontrol', 'ping').then((said) => said.includes('UP')))
    },
    stop: async () => {
      await command('scancel', '--user', userName())
        .then(() => until(() => command('squeue', '--noheader').then((jobs) => jobs === '')))
        .catch(() => undefined)
      await endDaemons([...daemons.values()], env)
      endWatch()
      folder.remove()
    },
  }
  try {
    await writeConfiguration(folder.path, { ...options, version })
    start('munged', ...mungeArguments(folder.path))
    await until(() => command('munge', '--no-input', '--socket', join(folder.path, 'munge.socket')))
    await cluster.startController()
    start('slurmd', '-D')
    await until(() => command('sinfo', '--noheader', '--format=%T').then((said) => said.startsWith('idle')))
    return cluster
  } catch (thrown) {
    process.stderr.write(`${withoutSlurm}: ${String(thrown)}\n`)
    await cluster.stop()
    return null
  }
}

const userName = () => userInfo().username
const nodeName = () => hostname().split('.', 1)[0] ?? 'localhost'

/** Waits until a command succeeds. @throws after half a minute: what starts at all starts within a second. */
async function until(succeeds: () => Promise<unknown>): Promise<void> {
  const end = performance.now() + 30_000
  for (;;) {
    try {
      if ((await succeeds()) !== false) return
    } catch (thrown) {
      if (performance.now() > end) throw thrown
    }
    if (performance.now() > end) throw new Error('Slurm did not start.')
    await sleep(100)
  }
}

const mungeArguments = (folder: string) => [
  '--force',
  '--foreground',
  `--key-file=${join(folder, 'munge.key')}`,
  `--socket=${join(folder, 'munge.socket')}`,
  `--pid-file=${join(folder, 'munged.pid')}`,
  `--seed-file=${join(folder, 'munged.seed')}`,
]

async function writeConfiguration(
  folder: string,
  { cpus = 1, gpus = 1, version }: SlurmClusterOptions & { version: number[] },
): Promise<void> {
  for (const name of ['state', 'spool']) mkdirSync(join(folder, name))
  writeFileSync(join(folder, 'munge.key'), randomBytes(1024), { mode: 0o400 })
  writeFileSync(join(folder, 'gres.conf'), 'Name=gpu File=/dev/null\n')
  // Later versions look for cgroups unless they are told not to; earlier ones do not know the word.
  const [major = 0] = version
  if (major >= 23) writeFileSync(join(folder, 'cgroup.conf'), 'CgroupPlugin=disabled\n')
  const [controllerPort, nodePort] = await freePorts(2)
  const [node, user] = [nodeName(), userName()]
  writeFileSync(
    join(folder, 'slurm.conf'),
    `ClusterName=flowerbed
SlurmctldHost=${node}(127.0.0.1)
SlurmctldPort=${controllerPort}
SlurmdPort=${nodePort}
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
SlurmUser=${user}
SlurmdUser=${user}
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=${folder}/munge.socket
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.pid
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
DefMemPerCPU=256
GresTypes=gpu
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
MailProg=/bin/true
ReturnToService=2
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=2,bf_interval=2,batch_sched_delay=0
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
JobRequeue=1
KillWait=30
NodeName=${node} NodeAddr=127.0.0.1 CPUs=${cpus} RealMemory=8192 Gres=gpu:${gpus} State=UNKNOWN
PartitionName=low Nodes=ALL Default=YES MaxTime=60 PriorityTier=1
PartitionName=high Nodes=ALL MaxTime=60 PriorityTier=10 PreemptMode=OFF
PartitionName=brief Nodes=ALL MaxTime=1
PartitionName=down Nodes=ALL State=DOWN
`,
  )
}
