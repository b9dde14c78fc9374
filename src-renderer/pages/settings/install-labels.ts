import type { InstallProgress } from '#shared/schemas/doctor.ts'
import { formatBytes, formatDuration } from '#shared/format.ts'

/** What an install is doing: “120 MB of 192 MB · 8.0 MB/s · about 9 s to go”, as far as it can be told. */
export function installWords(progress: InstallProgress): string {
  switch (progress.phase) {
    case 'index':
      return progress.receivedBytes > 0
        ? `Looking up the next part · ${received(progress)}`
        : 'Looking up where to fetch it'
    case 'download':
      return progress.receivedBytes > 0 || progress.totalBytes > 0
        ? [received(progress), ...pace(progress)].join(' · ')
        : 'Fetching, which can take some minutes'
    case 'verify':
      return 'Checking what was fetched'
    case 'unpack':
      return 'Unpacking'
    case 'done':
      return 'Installed'
  }
}

function received({ receivedBytes, totalBytes }: InstallProgress): string {
  const of = totalBytes > 0 ? ` of ${formatBytes(totalBytes)}` : ''
  return `${formatBytes(receivedBytes)}${of}`
}

function pace({ receivedBytes, totalBytes, bytesPerSecond }: InstallProgress): string[] {
  if (bytesPerSecond <= 0) return []
  const speed = `${formatBytes(bytesPerSecond)}/s`
  const left = totalBytes - receivedBytes
  return left > 0 ? [speed, `about ${formatDuration(left / bytesPerSecond)} to go`] : [speed]
}
