import { desktopText } from '#shared/desktop-text.ts'
import { errorText } from '#shared/error-text.ts'
import type { ErrorParameter, ErrorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { ErrorKind } from '#shared/errors.ts'
import { isNoexec } from './elf.ts'

/** A native library to load. */
export interface LoadAttempt {
  path: string
  /** The library's name, as the subject of a sentence. */
  name: string
  /** How the user gets a complete and compatible one, as a sentence. */
  replace: ErrorParameter
  /** The version of this system's glibc, null without glibc; called only when needed. */
  glibc?: () => string | null
  noexec?: (path: string) => boolean
}

/** Why a library does not load: the end of a sentence, and what to do. */
interface Explanation {
  kind: ErrorKind
  text: ErrorText
}

interface Rule {
  pattern: RegExp
  explain: (found: string[], attempt: LoadAttempt) => Explanation
}

/** Patterns of loaders' messages, the most specific first. */
const rules: Rule[] = [
  {
    // glibc: version `GLIBC_2.38' not found (required by …)
    pattern: /version [`'‘"](GLIBC|GLIBCXX|CXXABI|GCC)_([\w.]+)['’"] not found/,
    explain: ([, library = '', version = ''], { glibc = readGlibcVersion }) => {
      if (library !== 'GLIBC')
        return { kind: 'unavailable', text: errorText('load.oldCppLibrary', { library, version }) }
      const present = glibc()
      return {
        kind: 'unavailable',
        text: present
          ? errorText('load.oldGlibc', { version, present })
          : errorText('load.oldUnknownGlibc', { version }),
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
    explain: (_, { replace }) => ({ kind: 'corrupt', text: errorText('load.damaged', { replace }) }),
  },
  {
    pattern: /cannot allocate memory in static TLS block/,
    explain: () => ({
      kind: 'unavailable',
      text: errorText('load.noStaticTls'),
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
      text: errorText('load.notAllowed', { path }),
    }),
  },
  {
    pattern: /Permission denied|Operation not permitted|Access is denied/i,
    explain: (_, { path }) => ({
      kind: 'bad-input',
      text: errorText('load.notReadable', { path }),
    }),
  },
  {
    pattern: /Too many open files/,
    explain: () => ({
      kind: 'unavailable',
      text: errorText('load.tooManyFiles'),
    }),
  },
  {
    pattern:
      /undefined symbol: ([^\s,]+)|Error relocating \S+ (\S+): symbol not found|[Ss]ymbol not found[^\w]*([\w$]+)|specified procedure could not be found/,
    explain: ([, glibcName, muslName, macName], { replace, glibc = readGlibcVersion }) =>
      glibc() === null
        ? explainMissingGlibc(muslName ?? glibcName ?? desktopText('load.function'))
        : {
            kind: 'corrupt',
            text: errorText('load.mixedVersions', {
              symbol: glibcName ?? muslName ?? macName ?? desktopText('load.function'),
              replace,
            }),
          },
  },
  {
    pattern: /specified module could not be found/,
    explain: () => ({
      kind: 'unavailable',
      text: errorText('load.missingOnWindows'),
    }),
  },
  {
    pattern: /initialization routine failed/,
    explain: () => ({
      kind: 'unavailable',
      text: errorText('load.cannotStart'),
    }),
  },
  {
    pattern: /did not self-register|Module version mismatch|NODE_MODULE_VERSION|napi_\w+/,
    explain: (_, { replace }) => ({
      kind: 'corrupt',
      text: errorText('load.otherModule', { replace }),
    }),
  },
]

/** Explains why a library did not load, and what to do, from the message of the system's loader. */
export function toLoadError(thrown: unknown, attempt: LoadAttempt): FlowerbedError {
  if (thrown instanceof FlowerbedError) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  for (const { pattern, explain } of rules) {
    const found = pattern.exec(message)
    if (found) return createLoadError(attempt, explain([...found], attempt), thrown)
  }
  const unknown = errorText('load.unknown', { message, replace: attempt.replace })
  return createLoadError(attempt, { kind: 'unavailable', text: unknown }, thrown)
}

/** The explanation for a library of another processor. */
export function explainOtherProcessor(processor: string, { replace }: LoadAttempt): Explanation {
  const own = process.arch
  return {
    kind: 'corrupt',
    text:
      processor === ''
        ? errorText('load.unknownProcessor', { own, replace })
        : errorText('load.otherProcessor', { processor, own, replace }),
  }
}

export function createLoadError(
  { name, path }: LoadAttempt,
  { kind, text }: Explanation,
  cause?: unknown,
): FlowerbedError {
  return new FlowerbedError(kind, errorText('load.failed', { name, reason: text }), {
    where: path,
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

function explainMissingLibrary(library: string, attempt: LoadAttempt): Explanation {
  const { path, replace, glibc = readGlibcVersion } = attempt
  const base = library.split('/').at(-1) ?? library
  if (library === path) return { kind: 'corrupt', text: errorText('load.fileMissing', { replace }) }
  if (/^(?:lib)?tensorflow/.test(base))
    return { kind: 'corrupt', text: errorText('load.partMissing', { library: base, replace }) }
  if (/^libcuda\.so/.test(base))
    return {
      kind: 'unavailable',
      text: errorText('load.noNvidiaDriver', { library: base }),
    }
  if (/^lib(?:cu[a-z]|nv|nccl)/.test(base))
    return { kind: 'corrupt', text: errorText('load.cudaPartMissing', { library: base, replace }) }
  if (/^ld-linux|^lib(?:c|m|dl|rt|pthread)\.so\.\d$/.test(base) || glibc() === null)
    return explainMissingGlibc(base)
  const found = packages.find(([pattern]) => pattern.test(base))?.[1]
  return {
    kind: 'unavailable',
    text: found
      ? errorText('load.libraryOfPackageMissing', { library: base, package: found })
      : errorText('load.libraryMissing', { library: base }),
  }
}

function explainMissingGlibc(lacking: string): Explanation {
  return {
    kind: 'unavailable',
    text: errorText('load.noGlibc', { symbol: lacking }),
  }
}

function explainOutOfMemory(): Explanation {
  return {
    kind: 'no-space',
    text: errorText('load.noMemory'),
  }
}

function explainMappingFailure({ path, noexec = isNoexec }: LoadAttempt): Explanation {
  return noexec(path)
    ? {
        kind: 'bad-input',
        text: errorText('load.noexec'),
      }
    : {
        kind: 'unavailable',
        text: errorText('load.mappingRefused'),
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
