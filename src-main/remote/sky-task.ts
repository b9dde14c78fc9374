import type { Target } from '#shared/remote/target.ts'
import { quoted } from './remote-host.ts'

export type SkyTarget = Extract<Target, { kind: 'sky' }>

/** Name of a target's cluster for SkyPilot and, as SkyPilot writes it there, in the configuration of OpenSSH. */
export const skyCluster = ({ name }: Pick<SkyTarget, 'name'>): string =>
  `flowerbed-${name}`.replace(/[^A-Za-z0-9]+$/, '')

/** Minutes until SkyPilot ends a cluster on which its last job has ended. */
const minutesToEnd = 1

/** Whether a cluster can be stopped and started again; those of Kubernetes and most of spot prices can only be deleted. */
export function canBeStopped({ resources }: Pick<SkyTarget, 'resources'>): boolean {
  const infra = String(resources['infra'] ?? resources['cloud'] ?? '')
  return resources['use_spot'] !== true && !/^(k8s|kubernetes|ssh)(\/|$)/i.test(infra)
}

/** What follows `sky` to start the cluster of a target, or to start it again. */
export const skyLaunchArguments = (target: SkyTarget, taskFile: string): string[] => [
  ...['launch', '--yes', '--detach-run', '--cluster', skyCluster(target)],
  ...['--idle-minutes-to-autostop', String(minutesToEnd)],
  ...(canBeStopped(target) ? [] : ['--down']),
  taskFile,
]

/**
 * The task file of a target for `sky launch`, as JSON, which is YAML (https://docs.skypilot.co/en/latest/reference/yaml-spec.html).
 * Its job is not the training, which Flowerbed starts over OpenSSH, but what keeps the cluster while there is any: SkyPilot
 * ends a cluster that has no job.
 */
export function skyTaskFile(target: SkyTarget): string {
  const { folder, idleMinutes, resources } = target
  const task = {
    name: skyCluster(target),
    resources,
    run: keepingScript(folder, Math.max(1, idleMinutes - minutesToEnd)),
  }
  return `${JSON.stringify(task, null, 2)}\n`
}

/** A folder of a target as a word of the POSIX shell. */
const inShell = (folder: string): string =>
  folder.startsWith('~/') ? `"$HOME"/${quoted(folder.slice(2))}` : quoted(folder)

/** Renewed each minute while a cluster is kept. */
const keptFile = (folder: string) => `${inShell(folder)}/kept`

/** Succeeds there while a job keeps the cluster. */
export const isKeptCommand = (folder: string): string => `find ${keptFile(folder)} -mmin -3 | grep -q .`

/**
 * Ends when nothing has trained for so many minutes. The folder of a run's requests is touched while the run trains
 * (`agent/job-file.ts`).
 */
function keepingScript(folder: string, minutes: number): string {
  const training = `find ${inShell(folder)}/runs -mindepth 2 -maxdepth 2 -name control -mmin -2`
  return [
    `mkdir -p ${inShell(folder)}`,
    'idle=0',
    `while [ "$idle" -lt ${minutes} ]; do`,
    `  touch ${keptFile(folder)}`,
    '  sleep 60',
    `  if [ -n "$(${training} 2>/dev/null)" ]; then idle=0; else idle=$((idle + 1)); fi`,
    'done',
    `rm -f ${keptFile(folder)}`,
    '',
  ].join('\n')
}
