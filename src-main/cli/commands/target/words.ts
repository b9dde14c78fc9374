import type { TargetReport } from '#shared/remote/protocol.ts'
import type { Target } from '#shared/remote/target.ts'
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
