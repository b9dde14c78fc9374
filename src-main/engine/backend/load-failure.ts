import type { ErrorKind } from '#shared/errors.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { isNoexec } from './elf.ts'

/** A native library to load. */
export interface LoadAttempt {
  path: string
  /** The library's name, as the subject of a sentence. */
  name: string
  /** How the user gets a complete and compatible one, as a sentence. */
  replace: string
  /** The version of this system's glibc, null without glibc; called only when needed. */
  glibc?: () => string | null
  noexec?: (path: string) => boolean
}

interface Rule {
  pattern: RegExp
  explain: (found: string[], attempt: LoadAttempt) => { kind: ErrorKind; reason: string; hint: string }
}

/** Patterns of loaders' messages, the most specific first. */
const rules: Rule[] = [
  {
    // glibc: version `GLIBC_2.38' not found (required by …)
    pattern: /version [`'‘"](GLIBC|GLIBCXX|CXXABI|GCC)_([\w.]+)['’"] not found/,
    explain: ([, library, version], { glibc = readGlibcVersion }) => {
      const has = library === 'GLIBC' ? glibc() : null
      return library === 'GLIBC'
        ? {
            kind: 'unavailable',
            reason: `this system is too old: it needs glibc ${version} or newer${has ? `, and this system has ${has}` : ''}`,
            hint: `Use a newer Linux distribution, one with glibc ${version} or newer (\`ldd --version\` shows it).`,
          }
        : {
            kind: 'unavailable',
            reason: `this system's C++ library is too old: it lacks ${library}_${version}`,
            hint: `Update the packages libstdc++6 and libgcc-s1 (on Fedora libstdc++ and libgcc), or use a newer Linux distribution.`,
          }
    },
  },
  {
    // glibc; musl; macOS
    pattern:
      /^(.+?): cannot open shared object file: No such file|Error loading shared library ([^\s:]+): No such file|Library not loaded: (\S+)/,
    explain: ([, glibcName, muslName, macName], attempt) =>
      explainMissingLibrary(glibcName ?? muslName ?? macName ?? '', attempt),
  },
  {
    pattern:
      /wrong ELF class|incompatible architecture|ELF file data encoding|not a valid Win32 application|is not a valid application for this OS/,
    explain: (_, attempt) => explainOtherProcessor('', attempt),
  },
  {
    pattern:
      /file too short|invalid ELF header|cannot read file data|not a mach-o file|slice is not valid mach-o|ELF load command|object file has no|truncated mach-o|Exec format error/,
    explain: (_, { replace }) => ({ kind: 'corrupt', reason: 'the file is damaged', hint: replace }),
  },
  {
    pattern: /cannot allocate memory in static TLS block/,
    explain: () => ({
      kind: 'unavailable',
      reason: 'other libraries of this process occupy the memory that it needs',
      hint: 'Start Flowerbed without LD_PRELOAD; if that is not set, restart Flowerbed.',
    }),
  },
  {
    pattern:
      /cannot allocate memory|not enough memory|paging file is too small|insufficient (?:system )?resources|ENOMEM|out of memory/i,
    explain: explainOutOfMemory,
  },
  {
    pattern:
      /failed to map segment|cannot create shared object descriptor|cannot enable executable stack|cannot restore segment prot|cannot change memory protections|cannot apply additional memory protection/,
    explain: (_, attempt) => explainMappingFailure(attempt),
  },
  {
    pattern:
      /code signature|Application Control policy|blocked by (?:your administrator|group policy)|is blocked/i,
    explain: (_, { path }) => ({
      kind: 'bad-input',
      reason: 'this system does not allow programs to load it',
      hint: `Allow ${path} in the system's security settings, or ask whoever manages this machine.`,
    }),
  },
  {
    pattern: /Permission denied|Operation not permitted|Access is denied/i,
    explain: (_, { path }) => ({
      kind: 'bad-input',
      reason: 'its file is not readable',
      hint: `Make ${path} and its folders readable for your user.`,
    }),
  },
  {
    pattern: /Too many open files/,
    explain: () => ({
      kind: 'unavailable',
      reason: 'this process has too many files open',
      hint: 'Raise the limit (`ulimit -n`) and start Flowerbed again.',
    }),
  },
  {
    pattern:
      /undefined symbol: ([^\s,]+)|Error relocating \S+ (\S+): symbol not found|[Ss]ymbol not found[^\w]*([\w$]+)|specified procedure could not be found/,
    explain: ([, glibcName, muslName, macName], { replace, glibc = readGlibcVersion }) =>
      glibc() === null
        ? explainMissingGlibc(muslName ?? glibcName ?? 'a function')
        : {
            kind: 'corrupt',
            reason: `its parts are of different versions (${glibcName ?? muslName ?? macName ?? 'a function'} is missing)`,
            hint: replace,
          },
  },
  {
    pattern: /specified module could not be found/,
    explain: () => ({
      kind: 'unavailable',
      reason: 'it or a library that it needs is missing on this system',
      hint: 'Install the “Microsoft Visual C++ Redistributable”, then install TensorFlow again (Settings → Compute).',
    }),
  },
  {
    pattern: /initialization routine failed/,
    explain: () => ({
      kind: 'unavailable',
      reason: 'it cannot start on this processor or this version of Windows',
      hint: 'TensorFlow needs a processor with AVX and the latest “Microsoft Visual C++ Redistributable”.',
    }),
  },
  {
    pattern: /did not self-register|Module version mismatch|NODE_MODULE_VERSION|napi_\w+/,
    explain: (_, { replace }) => ({
      kind: 'corrupt',
      reason: 'the file is not a module for this version of Flowerbed',
      hint: replace,
    }),
  },
]

/** Explains why a library did not load, and what to do, from the message of the system's loader. */
export function toLoadError(thrown: unknown, attempt: LoadAttempt): FlowerbedError {
  if (thrown instanceof FlowerbedError) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  for (const { pattern, explain } of rules) {
    const found = pattern.exec(message)
    if (found) return createLoadError(attempt, { ...explain([...found], attempt), cause: thrown })
  }
  return createLoadError(attempt, {
    kind: 'unavailable',
    reason: message,
    hint: `If it loaded on this machine before: ${attempt.replace.charAt(0).toLowerCase()}${attempt.replace.slice(1)}`,
    cause: thrown,
  })
}

/** The explanation for a library of another processor. */
export function explainOtherProcessor(processor: string, { replace }: LoadAttempt) {
  const target = processor === '' ? '' : ` (${processor})`
  return {
    kind: 'corrupt' as const,
    reason: `it was made for another processor${target} than this program (${process.arch})`,
    hint: replace,
  }
}

export function createLoadError(
  { name, path }: LoadAttempt,
  explanation: { kind: ErrorKind; reason: string; hint: string; cause?: unknown },
): FlowerbedError {
  const { kind, reason, hint, cause } = explanation
  return new FlowerbedError(kind, `${name} does not load: ${reason}`, {
    where: path,
    hint,
    ...(cause === undefined ? {} : { cause }),
  })
}

/** Packages of Debian and Fedora that contain the libraries. */
const packages: [RegExp, string][] = [
  [/^libstdc\+\+\.so/, 'libstdc++6 (on Fedora libstdc++)'],
  [/^libgcc_s\.so/, 'libgcc-s1 (on Fedora libgcc)'],
  [/^libgomp\.so/, 'libgomp1 (on Fedora libgomp)'],
  [/^libz\.so/, 'zlib1g (on Fedora zlib)'],
]

function explainMissingLibrary(library: string, attempt: LoadAttempt): ReturnType<Rule['explain']> {
  const { path, replace, glibc = readGlibcVersion } = attempt
  const base = library.split('/').at(-1) ?? library
  if (library === path) return { kind: 'corrupt', reason: 'its file is missing', hint: replace }
  if (/^(?:lib)?tensorflow/.test(base))
    return { kind: 'corrupt', reason: `${base} is missing in its folder`, hint: replace }
  if (/^libcuda\.so/.test(base))
    return {
      kind: 'unavailable',
      reason: `NVIDIA's driver (${base}) is missing`,
      hint: 'Install NVIDIA’s driver, or choose TensorFlow for the processor under Settings → Compute.',
    }
  if (/^lib(?:cu[a-z]|nv|nccl)/.test(base))
    return { kind: 'corrupt', reason: `CUDA's library ${base} is missing`, hint: replace }
  if (/^ld-linux|^lib(?:c|m|dl|rt|pthread)\.so\.\d$/.test(base) || glibc() === null)
    return explainMissingGlibc(base)
  const found = packages.find(([pattern]) => pattern.test(base))?.[1]
  return {
    kind: 'unavailable',
    reason: `the library ${base} is missing on this system`,
    hint: found
      ? `Install the package ${found}.`
      : `Install the package that has ${base} with your system's package manager.`,
  }
}

function explainMissingGlibc(lacking: string): ReturnType<Rule['explain']> {
  return {
    kind: 'unavailable',
    reason: `this system has no glibc (${lacking} is missing)`,
    hint: 'Use a Linux distribution with glibc, for example Debian, Ubuntu or Fedora; Alpine has another C library.',
  }
}

function explainOutOfMemory(): ReturnType<Rule['explain']> {
  return {
    kind: 'no-space',
    reason: 'there is too little memory for it',
    hint: 'Close other programs, or raise the memory limit of this process (`ulimit -v`, or that of its container).',
  }
}

function explainMappingFailure({ path, noexec = isNoexec }: LoadAttempt): ReturnType<Rule['explain']> {
  return noexec(path)
    ? {
        kind: 'bad-input',
        reason: 'it is on a disk mounted with noexec, from which no program may run',
        hint: 'Set FLOWERBED_CACHE_DIR to a folder on another disk, or mount that disk without noexec.',
      }
    : {
        kind: 'unavailable',
        reason: 'this system refuses to map it into memory',
        hint: 'Raise the memory limit of this process (`ulimit -v`); with a security policy such as SELinux or AppArmor, allow it to load this file.',
      }
}

/** The version of glibc; null on a system with another C library, empty where it is unknown. */
function readGlibcVersion(): string | null {
  if (process.platform !== 'linux') return ''
  try {
    // Otherwise the report resolves host names, which can take seconds.
    Object.assign(process.report, { excludeNetwork: true })
    const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } }
    return header.glibcVersionRuntime ?? null
  } catch {
    return ''
  }
}
