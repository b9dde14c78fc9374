import type { TargetReport } from '#shared/remote/protocol.ts'
import type { Target } from '#shared/remote/target.ts'
import type {
  InstalledPart,
  InstalledProgram,
  InstallOptions,
  InstallSource,
} from '../../../remote/install-options.ts'
import { bytes } from '../../support/output.ts'

/** Where a target is, for a line on the terminal. */
export function placeOf(target: Target): string {
  switch (target.kind) {
    case 'ssh':
      return `${target.host}:${target.folder}`
    case 'slurm': {
      const { partition } = target.slurm
      const login = target.host ?? 'this machine'
      return `Slurm at ${login}${partition === undefined ? '' : `, partition ${partition}`}, ${target.folder}`
    }
    case 'sky': {
      const resources = Object.entries(target.resources).map(([key, value]) => `${key} ${value}`)
      return ['SkyPilot', ...resources].join(', ')
    }
  }
}

/** What a target has to compute with. */
export function resourcesOf({ cores, memoryBytes, gpus }: TargetReport): string {
  const cards = gpus.map(({ name, memoryBytes: memory }) => `${name} (${bytes(memory)})`)
  return [`${cores} cores`, bytes(memoryBytes), ...cards].join(', ')
}

export const partWords: Record<InstalledPart, string> = {
  program: 'Flowerbed',
  node: 'Node',
  tensorflow: 'TensorFlow',
}

export const sourceWords: Record<InstallSource, string> = {
  there: 'was there',
  network: 'installed through its network',
  here: 'copied from here',
}

type Progress = Parameters<NonNullable<InstallOptions['onProgress']>>[0]

export function progressLine({ part, done, total }: Progress): string {
  return `${partWords[part]}: ${bytes(done)}${total > 0 ? ` of ${bytes(total)}` : ''}`
}

/** A target on which Flowerbed is installed. */
export interface PreparedTarget {
  program: InstalledProgram
  report: TargetReport
}

/** What a target has. */
export function reportLines({ program, report }: PreparedTarget): string[] {
  return [
    `Machine: ${report.hostname}, ${report.platform}, ${report.cpu}, ${resourcesOf(report)}`,
    `Folder: ${program.folder}, ${bytes(report.freeDiskBytes)} free`,
    `Flowerbed ${report.version} (${program.version})`,
    `TensorFlow: ${report.tensorflow ?? 'not installed'}`,
    ...(report.slurm === null ? [] : [`Slurm: ${report.slurm}`]),
  ]
}

/** Room that a run with its checkpoints may need. */
const scarceBytes = 5e9

/** What is missing on a target, and what to do about it. */
export function adviceOn(target: Target, report: TargetReport): string[] {
  const { tensorflow, gpus, slurm, freeDiskBytes, endsAtLogout = false } = report
  return [
    ...(tensorflow === null
      ? [`TensorFlow is missing there. Install it: flowerbed target doctor ${target.name} --install`]
      : []),
    ...(gpus.length > 0 && tensorflow?.includes('cpu')
      ? ['Its GPU stays unused: the TensorFlow there is the one for processors.']
      : []),
    ...(target.kind === 'slurm' && slurm === null
      ? ['There is no Slurm: the command `sinfo` does not run there.']
      : []),
    // A job is not of a session.
    ...(endsAtLogout && target.kind !== 'slurm'
      ? [
          'It ends what you started when your last session there ends (KillUserProcesses=yes of logind), and training with it. Run there once: loginctl enable-linger',
        ]
      : []),
    ...(freeDiskBytes < scarceBytes ? [`Its disk has ${bytes(freeDiskBytes)} left: make room there.`] : []),
  ]
}
