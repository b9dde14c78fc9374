import type { ErrorEntries } from './entries.ts'

/** Why a native library does not load: ends of the sentence of `load.failed`, and what to do. */
export const loadErrors = {
  'load.failed': { message: '{name} does not load: {reason}' },
  'load.oldCppLibrary': {
    message: "this system's C++ library is too old: it lacks {library}_{version}",
    hint: 'Update the packages libstdc++6 and libgcc-s1 (on Fedora libstdc++ and libgcc), or use a newer Linux distribution.',
  },
  'load.damaged': { message: 'the file is damaged', hint: '{replace}' },
  'load.noStaticTls': {
    message: 'other libraries of this process occupy the memory that it needs',
    hint: 'Start Flowerbed without LD_PRELOAD; if that is not set, restart Flowerbed.',
  },
  'load.notAllowed': {
    message: 'this system does not allow programs to load it',
    hint: "Allow {path} in the system's security settings, or ask whoever manages this machine.",
  },
  'load.notReadable': {
    message: 'its file is not readable',
    hint: 'Make {path} and its folders readable for your user.',
  },
  'load.tooManyFiles': {
    message: 'this process has too many files open',
    hint: 'Raise the limit (`ulimit -n`) and start Flowerbed again.',
  },
  'load.missingOnWindows': {
    message: 'it or a library that it needs is missing on this system',
    hint: 'Install the “Microsoft Visual C++ Redistributable”, then install TensorFlow again (Settings → Compute).',
  },
  'load.cannotStart': {
    message: 'it cannot start on this processor or this version of Windows',
    hint: 'TensorFlow needs a processor with AVX and the latest “Microsoft Visual C++ Redistributable”.',
  },
  'load.otherModule': {
    message: 'the file is not a module for this version of Flowerbed',
    hint: '{replace}',
  },
  'load.fileMissing': { message: 'its file is missing', hint: '{replace}' },
  'load.partMissing': { message: '{library} is missing in its folder', hint: '{replace}' },
  'load.noNvidiaDriver': {
    message: "NVIDIA's driver ({library}) is missing",
    hint: 'Install NVIDIA’s driver, or choose TensorFlow for the processor under Settings → Compute.',
  },
  'load.cudaPartMissing': { message: "CUDA's library {library} is missing", hint: '{replace}' },
  'load.noGlibc': {
    message: 'this system has no glibc ({symbol} is missing)',
    hint: 'Use a Linux distribution with glibc, for example Debian, Ubuntu or Fedora; Alpine has another C library.',
  },
  'load.noMemory': {
    message: 'there is too little memory for it',
    hint: 'Close other programs, or raise the memory limit of this process (`ulimit -v`, or that of its container).',
  },
  'load.noexec': {
    message: 'it is on a disk mounted with noexec, from which no program may run',
    hint: 'Set FLOWERBED_CACHE_DIR to a folder on another disk, or mount that disk without noexec.',
  },
  'load.mappingRefused': {
    message: 'this system refuses to map it into memory',
    hint: 'Raise the memory limit of this process (`ulimit -v`); with a security policy such as SELinux or AppArmor, allow it to load this file.',
  },
  'load.checksum': {
    message: '{file} is damaged or belongs to another version of Flowerbed (its checksum differs)',
    hint: '{replace}',
  },
  'load.truncated': { message: 'its file is truncated ({bytes} of {expected} bytes)', hint: '{replace}' },
  'load.oldGlibc': {
    message: 'this system is too old: it needs glibc {version} or newer, and this system has {present}',
    hint: 'Use a newer Linux distribution, one with glibc {version} or newer (`ldd --version` shows it).',
  },
  'load.oldUnknownGlibc': {
    message: 'this system is too old: it needs glibc {version} or newer',
    hint: 'Use a newer Linux distribution, one with glibc {version} or newer (`ldd --version` shows it).',
  },
  'load.mixedVersions': {
    message: 'its parts are of different versions ({symbol} is missing)',
    hint: '{replace}',
  },
  'load.otherProcessor': {
    message: 'it was made for another processor ({processor}) than this program ({own})',
    hint: '{replace}',
  },
  'load.unknownProcessor': {
    message: 'it was made for another processor than this program ({own})',
    hint: '{replace}',
  },
  'load.libraryMissing': {
    message: 'the library {library} is missing on this system',
    hint: "Install the package that has {library} with your system's package manager.",
  },
  'load.libraryOfPackageMissing': {
    message: 'the library {library} is missing on this system',
    hint: 'Install the package {package}.',
  },
  'load.unknown': {
    message: '{message}',
    hint: 'If it loaded on this machine before, its files may be damaged. {replace}',
  },
  'load.installFlowerbed': { message: 'Install Flowerbed again.' },
  'load.installTensorFlow': {
    message:
      'Remove TensorFlow and install it again (Settings → Compute, or `npm run setup` in a checkout); `flowerbed doctor` shows more.',
  },
  'load.installTensorFlowForGpus': {
    message:
      'Remove TensorFlow for NVIDIA GPUs and install it again (Settings → Compute, or `npm run setup` in a checkout); `flowerbed doctor` shows more.',
  },
  'load.otherFolder': {
    message:
      'Set FLOWERBED_TF_DIR to a complete TensorFlow for this machine, or unset it to use one that Flowerbed installs.',
  },
} as const satisfies ErrorEntries
