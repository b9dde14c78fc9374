import type {
  DeviceStatement,
  RuntimeStatus,
  InstalledRuntime,
  RuntimeVariant,
} from '#shared/schemas/doctor.ts'
import { t } from '../../i18n.ts'

export type AvailableRuntime = RuntimeStatus['available'][number]

/** “TensorFlow for CPU”. */
export const runtimeName = (variant: RuntimeVariant): string => t(`settings.runtime.name.${variant}`)

/** “2.20.0 · CPU”. */
export const versionLabel = ({ version, variant }: Pick<InstalledRuntime, 'version' | 'variant'>): string =>
  t('settings.runtime.version', { version, term: t(`settings.runtime.term.${variant}`) })

/** “Trains and generates on NVIDIA H100: …”, or why it cannot. */
export function deviceLabel({ device, name, why }: DeviceStatement): string {
  return device === null
    ? t('settings.compute.noDevice', { why })
    : t('settings.compute.device', { name: name ?? t('settings.compute.thisMachine'), why })
}

/** The runtimes that can be installed: none while FLOWERBED_TF_DIR names one, since no other would be used. */
export function notInstalled({ installed, available }: RuntimeStatus): AvailableRuntime[] {
  if (installed.some(({ source }) => source === 'folder')) return []
  return available.filter(
    ({ variant, version }) => !installed.some((one) => one.variant === variant && one.version === version),
  )
}

/** Whether this machine would train with a variant that is not installed, as its device says. */
export function suitsMachine(variant: RuntimeVariant, statement: DeviceStatement | null): boolean {
  if (statement === null) return false
  const { device, advice } = statement
  // There is advice only for a GPU that is there.
  return variant === 'cpu' ? device === null : device === 'cpu' && advice !== null
}

/** Bytes that removing a variant frees: every version of it that Flowerbed has installed is removed. */
export function removableBytes(installed: InstalledRuntime[], variant: RuntimeVariant): number {
  return installed
    .filter((one) => one.removable && one.variant === variant)
    .reduce((sum, { bytes }) => sum + bytes, 0)
}
