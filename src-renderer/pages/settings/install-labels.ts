import { formatBytes, formatDuration } from '#shared/format.ts'
import type { InstallProgress } from '#shared/schemas/doctor.ts'
import { t } from '../../i18n.ts'

/** What an install is doing: “120 MB of 192 MB · 8.0 MB/s · about 9 s to go”, as far as it is known. */
export function installLabel(progress: InstallProgress): string {
  switch (progress.phase) {
    case 'index':
      return progress.receivedBytes > 0
        ? t('settings.install.lookupNext', { received: receivedLabel(progress) })
        : t('settings.install.lookup')
    case 'download':
      return progress.receivedBytes > 0 || progress.totalBytes > 0
        ? [receivedLabel(progress), ...speedLabels(progress)].join(' · ')
        : t('settings.install.downloading')
    case 'verify':
      return t('settings.install.verifying')
    case 'unpack':
      return t('settings.install.unpacking')
    case 'done':
      return t('settings.install.done')
  }
}

function receivedLabel({ receivedBytes, totalBytes }: InstallProgress): string {
  const received = formatBytes(receivedBytes)
  if (totalBytes <= 0) return received
  return t('settings.install.receivedOf', { received, total: formatBytes(totalBytes) })
}

function speedLabels({ receivedBytes, totalBytes, bytesPerSecond }: InstallProgress): string[] {
  if (bytesPerSecond <= 0) return []
  const speed = t('settings.install.speed', { speed: formatBytes(bytesPerSecond) })
  const left = totalBytes - receivedBytes
  if (left <= 0) return [speed]
  return [speed, t('common.timeLeft', { time: formatDuration(left / bytesPerSecond) })]
}
