import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'

/** Numbers of the ELF header for the processors that Node runs on with Linux. */
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

/** What a look at a Linux library's header tells; `whole` only says that nothing speaks against it. */
export type LibraryState =
  | { is: 'whole' | 'missing' | 'no-library' }
  | { is: 'truncated'; bytes: number; expected: number }
  | { is: 'other-processor'; processor: string }

/**
 * Looks at a library before it is loaded: loading one whose end is missing kills the process, and of one for another
 * processor the system only says that there is no such file.
 */
export function inspectLibrary(path: string, arch: string = process.arch): LibraryState {
  let file
  try {
    file = openSync(path, 'r')
  } catch (thrown) {
    // What may not be read is left to the loader to tell.
    return {
      is: thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT' ? 'missing' : 'whole',
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
    // 64-bit, little-endian: the layout of all that is below.
    const wide = header[4] === 2 && header[5] === 1
    const machine = wide ? header.readUInt16LE(18) : 0
    if (!wide || machine !== (machines[arch] ?? machine))
      return { is: 'other-processor', processor: processorOf(wide, machine) }
    // The table of sections is the last thing in a library.
    const end = Number(header.readBigUInt64LE(40)) + header.readUInt16LE(58) * header.readUInt16LE(60)
    return status.size < end ? { is: 'truncated', bytes: status.size, expected: end } : { is: 'whole' }
  } finally {
    closeSync(file)
  }
}

const processorOf = (wide: boolean, machine: number): string =>
  wide
    ? (Object.entries(machines).find(([, number]) => number === machine)?.[0] ??
      `processor number ${machine}`)
    : 'another kind of processor (32-bit or big-endian)'

/** Whether a path lies on a disk that nothing may be executed from (mounted with `noexec`), on Linux. */
export function isNoexec(path: string): boolean {
  try {
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .map((line) => line.split(' '))
      // Blanks and such in a mount point are written as octal numbers.
      .map(([, , , , point = '', options = '']) => ({
        point: point.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8))),
        options,
      }))
      .filter(({ point }) => point !== '' && `${path}/`.startsWith(point === '/' ? '/' : `${point}/`))
    // The longest is the one that counts, and the last of several on one point.
    const longest = Math.max(...mounts.map(({ point }) => point.length))
    const mount = mounts.filter(({ point }) => point.length === longest).at(-1)
    return mount?.options.split(',').includes('noexec') ?? false
  } catch {
    return false
  }
}
