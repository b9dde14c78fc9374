import type {
  DeviceStatement,
  InstalledRuntime,
  RuntimeStatus,
  RuntimeVariant,
} from '#shared/schemas/doctor.ts'

export type AvailableRuntime = RuntimeStatus['available'][number]

/** A TensorFlow variant in plain words, for the middle of a sentence. */
export const variantWords: Record<RuntimeVariant, string> = {
  cpu: 'for the processor',
  cuda: 'for NVIDIA GPUs',
}

/** The field's term for a variant. */
export const variantTerm: Record<RuntimeVariant, string> = { cpu: 'CPU', cuda: 'CUDA' }

/** What a variant asks of the machine. */
export const variantNeeds: Record<RuntimeVariant, string> = {
  cpu: 'Works on every machine.',
  cuda: 'For NVIDIA GPUs from 2018 on (RTX 20 and newer), with driver 525 or newer.',
}

/** “Learns and draws on NVIDIA H100: …”, or why it cannot. */
export function deviceWords({ device, name, why }: DeviceStatement): string {
  return device === null
    ? `Nothing to learn and draw on: ${why}`
    : `Learns and draws on ${name ?? 'this machine'}: ${why}`
}

/** Where an installed TensorFlow came from. */
export const sourceWords: Record<InstalledRuntime['source'], string> = {
  wheel: 'from the Python package index',
  package: 'from the download of tfjs-node',
  folder: 'your own, named by FLOWERBED_TF_DIR',
}

/** “For the processor”: a variant as a heading. */
export function variantTitle(variant: RuntimeVariant): string {
  const words = variantWords[variant]
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** What could still be installed. With a TensorFlow of the user's own nothing: no other would be used. */
export function notInstalled({ installed, available }: RuntimeStatus): AvailableRuntime[] {
  if (installed.some(({ source }) => source === 'folder')) return []
  return available.filter(
    ({ variant, version }) => !installed.some((one) => one.variant === variant && one.version === version),
  )
}

/** Bytes that removing a variant frees: every version of it that we installed goes. */
export function removableBytes(installed: InstalledRuntime[], variant: RuntimeVariant): number {
  return installed
    .filter((one) => one.removable && one.variant === variant)
    .reduce((sum, { bytes }) => sum + bytes, 0)
}
