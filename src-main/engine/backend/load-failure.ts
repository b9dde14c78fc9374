import type { ErrorKind } from '#shared/errors.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { isNoexec } from './elf.ts'

/** What was to be loaded. */
export interface LoadAttempt {
  path: string
  /** As the subject of a sentence. */
  name: string
  /** How the user gets a whole and fitting one, a sentence. */
  replace: string
  /** Of this system, null for one without glibc; read only when it is needed. */
  glibc?: () => string | null
  noexec?: (path: string) => boolean
}

interface Rule {
  pattern: RegExp
  tell: (found: string[], attempt: LoadAttempt) => { kind: ErrorKind; reason: string; hint: string }
}

/** What systems say when a library does not load, most telling first. */
const rules: Rule[] = [
  {
    // glibc: version `GLIBC_2.38' not found (required by …)
    pattern: /version [`'‘"](GLIBC|GLIBCXX|CXXABI|GCC)_([\w.]+)['’"] not found/,
    tell: ([, library, version], { glibc = systemGlibc }) => {
      const has = library === 'GLIBC' ? glibc() : null
      return library === 'GLIBC'
        ? {
            kind: 'unavailable',
            reason: `this system is too old: it needs glibc ${version} or newer${has ? `, and this system has ${has}` : ''}`,
            hint: `Use a newer Linux distribution, one with glibc ${version} or newer (\`ldd --version\` tells).`,
          }
        : {
            kind: 'unavailable',
            reason: `this system's C++ library is too old: it lacks ${library}_${version}`,
            hint: `Update the packages libstdc++6 and libgcc-s1 (on Fedora and its kin libstdc++ and libgcc), or use a newer Linux distribution.`,
          }
    },
  },
  {
    // glibc; musl; macOS
    pattern:
      /^(.+?): cannot open shared object file: No such file|Error loading shared library ([^\s:]+): No such file|Library not loaded: (\S+)/,
    tell: ([, glibcName, muslName, macName], attempt) =>
      missingLibrary(glibcName ?? muslName ?? macName ?? '', attempt),
  },
  {
    pattern:
      /wrong ELF class|incompatible architecture|ELF file data encoding|not a valid Win32 application|is not a valid application for this OS/,
    tell: (_, attempt) => otherProcessor('', attempt),
  },
  {
    pattern:
      /file too short|invalid ELF header|cannot read file data|not a mach-o file|slice is not valid mach-o|ELF load command|object file has no|truncated mach-o|Exec format error/,
    tell: (_, { replace }) => ({ kind: 'corrupt', reason: 'the file is damaged', hint: replace }),
  },
  {
    pattern: /cannot allocate memory in static TLS block/,
    tell: () => ({
      kind: 'unavailable',
      reason: 'other libraries of this process have taken the room that it needs',
      hint: 'Start Flowerbed without LD_PRELOAD, and again if that is not set.',
    }),
  },
  {
    pattern:
      /cannot allocate memory|not enough memory|paging file is too small|insufficient (?:system )?resources|ENOMEM|out of memory/i,
    tell: outOfMemory,
  },
  {
    pattern:
      /failed to map segment|cannot create shared object descriptor|cannot enable executable stack|cannot restore segment prot|cannot change memory protections|cannot apply additional memory protection/,
    tell: (_, attempt) => notMapped(attempt),
  },
  {
    pattern:
      /code signature|Application Control policy|blocked by (?:your administrator|group policy)|is blocked/i,
    tell: (_, { path }) => ({
      kind: 'bad-input',
      reason: 'this system does not allow programs to load it',
      hint: `Allow ${path} in the system's security settings, or ask whoever manages this machine.`,
    }),
  },
  {
    pattern: /Permission denied|Operation not permitted|Access is denied/i,
    tell: (_, { path }) => ({
      kind: 'bad-input',
      reason: 'it may not be read',
      hint: `Give yourself the right to read ${path} and the folders that it is in.`,
    }),
  },
  {
    pattern: /Too many open files/,
    tell: () => ({
      kind: 'unavailable',
      reason: 'this process has too many files open',
      hint: 'Raise the limit (`ulimit -n`) and start Flowerbed again.',
    }),
  },
  {
    pattern:
      /undefined symbol: ([^\s,]+)|Error relocating \S+ (\S+): symbol not found|[Ss]ymbol not found[^\w]*([\w$]+)|specified procedure could not be found/,
    tell: ([, glibcName, muslName, macName], { replace, glibc = systemGlibc }) =>
      glibc() === null
        ? withoutGlibc(muslName ?? glibcName ?? 'a function')
        : {
            kind: 'corrupt',
            reason: `its parts are of different versions (${glibcName ?? muslName ?? macName ?? 'a function'} is missing)`,
            hint: replace,
          },
  },
  {
    pattern: /specified module could not be found/,
    tell: () => ({
      kind: 'unavailable',
      reason: 'it or a library that it needs is missing on this system',
      hint: 'Install the “Microsoft Visual C++ Redistributable”, then install TensorFlow again (Settings → Compute).',
    }),
  },
  {
    pattern: /initialization routine failed/,
    tell: () => ({
      kind: 'unavailable',
      reason: 'it cannot start on this processor or this version of Windows',
      hint: 'TensorFlow needs a processor with AVX and the latest “Microsoft Visual C++ Redistributable”.',
    }),
  },
  {
    pattern: /did not self-register|Module version mismatch|NODE_MODULE_VERSION|napi_\w+/,
    tell: (_, { replace }) => ({
      kind: 'corrupt',
      reason: 'the file is no module for this version of Flowerbed',
      hint: replace,
    }),
  },
]

/** Why a library did not load and what to do, by the words of the system's loader. */
export function loadFailure(thrown: unknown, attempt: LoadAttempt): FlowerbedError {
  if (thrown instanceof FlowerbedError) return thrown
  const words = thrown instanceof Error ? thrown.message : String(thrown)
  for (const { pattern, tell } of rules) {
    const found = pattern.exec(words)
    if (found) return failure(attempt, { ...tell([...found], attempt), cause: thrown })
  }
  return failure(attempt, {
    kind: 'unavailable',
    reason: words,
    hint: `If it has loaded on this machine before: ${attempt.replace.charAt(0).toLowerCase()}${attempt.replace.slice(1)}`,
    cause: thrown,
  })
}

/** For a library that is found wanting before it is loaded. */
export function otherProcessor(processor: string, { replace }: LoadAttempt) {
  const made = processor === '' ? '' : ` (${processor})`
  return {
    kind: 'corrupt' as const,
    reason: `it was made for another processor${made} than this program (${process.arch})`,
    hint: replace,
  }
}

export function failure(
  { name, path }: LoadAttempt,
  told: { kind: ErrorKind; reason: string; hint: string; cause?: unknown },
): FlowerbedError {
  const { kind, reason, hint, cause } = told
  return new FlowerbedError(kind, `${name} does not load: ${reason}`, {
    where: path,
    hint,
    ...(cause === undefined ? {} : { cause }),
  })
}

/** Debian's and Fedora's packages of the libraries that are needed. */
const packages: [RegExp, string][] = [
  [/^libstdc\+\+\.so/, 'libstdc++6 (on Fedora and its kin libstdc++)'],
  [/^libgcc_s\.so/, 'libgcc-s1 (on Fedora and its kin libgcc)'],
  [/^libgomp\.so/, 'libgomp1 (on Fedora and its kin libgomp)'],
  [/^libz\.so/, 'zlib1g (on Fedora and its kin zlib)'],
]

function missingLibrary(library: string, attempt: LoadAttempt): ReturnType<Rule['tell']> {
  const { path, replace, glibc = systemGlibc } = attempt
  const base = library.split('/').at(-1) ?? library
  if (library === path) return { kind: 'corrupt', reason: 'its file is gone', hint: replace }
  if (/^(?:lib)?tensorflow/.test(base))
    return { kind: 'corrupt', reason: `${base} is missing beside it`, hint: replace }
  if (/^libcuda\.so/.test(base))
    return {
      kind: 'unavailable',
      reason: `NVIDIA's driver (${base}) is missing`,
      hint: 'Install NVIDIA’s driver, or choose TensorFlow for the processor under Settings → Compute.',
    }
  if (/^lib(?:cu[a-z]|nv|nccl)/.test(base))
    return { kind: 'corrupt', reason: `CUDA's library ${base} is missing`, hint: replace }
  if (/^ld-linux|^lib(?:c|m|dl|rt|pthread)\.so\.\d$/.test(base) || glibc() === null) return withoutGlibc(base)
  const found = packages.find(([pattern]) => pattern.test(base))?.[1]
  return {
    kind: 'unavailable',
    reason: `the library ${base} is missing on this system`,
    hint: found
      ? `Install the package ${found}.`
      : `Install the package that has ${base} with your system's package manager.`,
  }
}

function withoutGlibc(lacking: string): ReturnType<Rule['tell']> {
  return {
    kind: 'unavailable',
    reason: `this system has no glibc (${lacking} is missing)`,
    hint: 'Use a Linux distribution with glibc, for example Debian, Ubuntu or Fedora; Alpine has another C library.',
  }
}

function outOfMemory(): ReturnType<Rule['tell']> {
  return {
    kind: 'no-space',
    reason: 'there is too little memory for it',
    hint: 'Close other programs, or raise the memory limit of this process (`ulimit -v`, or that of its container).',
  }
}

function notMapped({ path, noexec = isNoexec }: LoadAttempt): ReturnType<Rule['tell']> {
  return noexec(path)
    ? {
        kind: 'bad-input',
        reason: 'it lies on a disk that programs may not be run from (mounted with noexec)',
        hint: 'Name a folder on another disk in FLOWERBED_CACHE_DIR, or mount that disk without noexec.',
      }
    : {
        kind: 'unavailable',
        reason: 'this system refuses to place it in memory',
        hint: 'Raise the memory limit of this process (`ulimit -v`); with a security policy such as SELinux or AppArmor, allow it to load this file.',
      }
}

/** The version of glibc; null on a system with another C library, empty where nothing tells. */
function systemGlibc(): string | null {
  if (process.platform !== 'linux') return ''
  try {
    // Otherwise the report looks up names of hosts, which can take seconds.
    Object.assign(process.report, { excludeNetwork: true })
    const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } }
    return header.glibcVersionRuntime ?? null
  } catch {
    return ''
  }
}
