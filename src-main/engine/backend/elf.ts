import { desktopText } from '#shared/desktop-text.ts'
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'

/** The ELF header's machine numbers of the processors that Node supports on Linux. */
const machines: Partial<Record<string, number>> = {
  x64: 62,
  arm64: 183,
  ia32: 3,
  arm: 40,
  riscv64: 243,
  ppc64: 21,
  s390x: 22,
  loong64: 258,
}

/** The state of a Linux library by its header; `intact` means that no defect was found. */
export type LibraryState =
  | { is: 'intact' | 'missing' | 'no-library' }
  | { is: 'truncated'; bytes: number; expected: number }
  | { is: 'other-processor'; processor: string }

/**
 * Inspects a library before it is loaded: loading a truncated one kills the process, and for one of another processor
 * the system only reports that there is no such file.
 */
export function inspectLibrary(path: string, arch: string = process.arch): LibraryState {
  let file
  try {
    file = openSync(path, 'r')
  } catch (thrown) {
    // The loader reports a file that may not be read.
    return {
      is: thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT' ? 'missing' : 'intact',
    }
  }
  try {
    const status = fstatSync(file)
    if (!status.isFile()) return { is: 'no-library' }
    const header = Buffer.alloc(64)
    const read = readSync(file, header, 0, 64, 0)
    const isElf = read >= 4 && header.readUInt32BE(0) === 0x7f454c46
    if (read === 64 && !isElf) return { is: 'no-library' }
    if (read < 64) return { is: 'truncated', bytes: status.size, expected: 64 }
    // The offsets below are those of 64-bit little-endian files.
    const wide = header[4] === 2 && header[5] === 1
    const machine = wide ? header.readUInt16LE(18) : 0
    if (!wide || machine !== (machines[arch] ?? machine))
      return { is: 'other-processor', processor: describeProcessor(wide, machine) }
    // The section table is at the end of a library.
    const end = Number(header.readBigUInt64LE(40)) + header.readUInt16LE(58) * header.readUInt16LE(60)
    return status.size < end ? { is: 'truncated', bytes: status.size, expected: end } : { is: 'intact' }
  } finally {
    closeSync(file)
  }
}

const describeProcessor = (wide: boolean, machine: number): string =>
  wide
    ? (Object.entries(machines).find(([, number]) => number === machine)?.[0] ??
      desktopText('load.processorNumber', { machine }))
    : desktopText('load.processorOther')

/** Whether a path is on a file system mounted with `noexec`, on Linux. */
export function isNoexec(path: string): boolean {
  try {
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .map((line) => line.split(' '))
      // White space in a mount point is escaped as octal numbers.
      .map(([, , , , point = '', options = '']) => ({
        point: point.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8))),
        options,
      }))
      .filter(({ point }) => point !== '' && `${path}/`.startsWith(point === '/' ? '/' : `${point}/`))
    // The longest mount point applies, and the last of several on it.
    const longest = Math.max(...mounts.map(({ point }) => point.length))
    const mount = mounts.filter(({ point }) => point.length === longest).at(-1)
    return mount?.options.split(',').includes('noexec') ?? false
  } catch {
    return false
  }
}
